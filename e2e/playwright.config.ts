import { defineConfig } from '@playwright/test'

/** Electron itself is the browser. One worker: windows share a display and its focus. */
export default defineConfig({
  testDir: './specs',
  outputDir: './results/e2e',
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI === 'true',
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_NAME ? [['list'], ['json']] : [['list']],
  use: { trace: 'off' },
})
