// Stands where Electron's own default app would: starts the app whose folder is the first argument.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const folder = resolve(process.argv.slice(1).find((argument) => !argument.startsWith('-')) ?? '.')
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
app.setName(manifest.productName ?? manifest.name)
app.setAppPath(folder)
// Awaited, so that the app is not ready before its main module ran.
await import(pathToFileURL(join(folder, manifest.main)).href)
