import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

// Targets are those of the oldest runtime that runs this code: Node 20.18 and Chromium 130 (Electron 33).
export default defineConfig({
  main: {
    build: {
      // Main is built first and empties the folder; preload and renderer add theirs.
      outDir: at('../out'),
      target: 'node20.18',
      externalizeDeps: { include: ['ssh2', 'libsql'] },
      rolldownOptions: {
        input: { 'main/index': at('./main/index.ts'), 'main/engine': at('./engine/index.ts'), 'cli/gatehouse': at('./cli/gatehouse.ts') },
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'main/chunks/[name]-[hash].js',
          // The engine keeps the text of its program in memory. Names stay, for what its log says of an error.
          minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
        },
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
