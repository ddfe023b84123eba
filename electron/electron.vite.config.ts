import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const cli = at('./cli/gatehouse.ts')

// Targets are those of the oldest runtime that runs this code: Node 20.18 and Chromium 130 (Electron 33).
export default defineConfig({
  main: {
    build: {
      outDir: at('../out/main'),
      target: 'node20.18',
      externalizeDeps: { include: ['ssh2', 'libsql'] },
      rolldownOptions: {
        input: { index: at('./main/index.ts'), engine: at('./engine/index.ts'), ...(existsSync(cli) ? { cli } : {}) },
        output: { format: 'es', entryFileNames: (chunk) => (chunk.name === 'cli' ? '../cli/gatehouse.js' : '[name].js') },
      },
    },
  },
  preload: {
    build: {
      outDir: at('../out/preload'),
      target: 'node20.18',
      externalizeDeps: false,
      rolldownOptions: { input: { index: at('./preload/index.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: at('../renderer'),
    plugins: [react(), tailwindcss()],
    build: {
      outDir: at('../out/renderer'),
      target: 'chrome130',
      minify: true,
      // The content security policy allows no data: scripts, styles or fonts.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: { index: at('../renderer/index.html') } },
    },
  },
})
