import { createRoot } from 'react-dom/client'
import '../styles/index.css'
import { createQueryClient } from '../stores/queries.ts'
import { isMac } from '../ui/platform.ts'
import { App } from './app.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
document.documentElement.classList.toggle('mac', isMac)
createRoot(root).render(<App client={createQueryClient()} />)
