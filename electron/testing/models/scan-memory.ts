import { openFile } from '#core/models/file-source.ts'
import { scanModel } from '#core/models/scan/scan-model.ts'

/**
 * A process of its own for `memory.test.ts`: scans a small file and then the given one, and prints what the second added to the peak of resident
 * memory (MiB), the processor time that it took (ms), and its outcome.
 */
const [small = '', path = ''] = process.argv.slice(2)
const scan = async (file: string) => {
  const source = await openFile(file)
  try {
    return await scanModel(source)
  } finally {
    await source.close()
  }
}
const peakMiB = () => process.resourceUsage().maxRSS / 1024
await scan(small)
const before = peakMiB()
const from = process.cpuUsage()
const { outcome } = await scan(path)
const { user, system } = process.cpuUsage(from)
console.log(JSON.stringify({ outcome, addedMiB: peakMiB() - before, cpuMs: (user + system) / 1000 }))
