import { existsSync } from 'node:fs'

// Loaded before the console: its clock is a day ahead from the moment at which the file is there.
const now = Date.now
const file = process.env.LAB_CLOCK_JUMP ?? ''
Date.now = () => now() + (existsSync(file) ? 86_400_000 : 0)
