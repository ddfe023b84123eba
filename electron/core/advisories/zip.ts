import { type Entry, fromBuffer } from 'yauzl'
import { GatehouseError, messageOf } from '#shared/errors.ts'
import { refusal } from './update-file.ts'

/** Far above the dump of the largest ecosystem; below what would exhaust a workstation. */
const MAX_ENTRIES = 500_000
const MAX_ENTRY_BYTES = 16 * 1_048_576
const MAX_TOTAL_BYTES = 4 * 1_073_741_824

/** Hands over each file of a zip archive as text, one after the other. Throws `advisories.unreadable` for a broken or hostile archive. */
export async function readZip(bytes: Buffer, onFile: (name: string, text: string) => void): Promise<void> {
  try {
    await walk(bytes, onFile)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw refusal('advisories.unreadable', `the archive cannot be read: ${messageOf(error)}`)
  }
}

function walk(bytes: Buffer, onFile: (name: string, text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (openError, zip) => {
      if (openError !== null) return reject(openError)
      let total = 0
      if (zip.entryCount > MAX_ENTRIES) return reject(new Error(`it has more than ${MAX_ENTRIES} files`))
      zip.on('error', reject)
      zip.on('end', resolve)
      zip.on('entry', (entry: Entry) => {
        total += entry.uncompressedSize
        if (entry.uncompressedSize > MAX_ENTRY_BYTES) return reject(new Error(`${entry.fileName} is larger than ${MAX_ENTRY_BYTES} bytes`))
        if (total > MAX_TOTAL_BYTES) return reject(new Error(`its files are larger than ${MAX_TOTAL_BYTES} bytes`))
        if (entry.fileName.endsWith('/')) return zip.readEntry()
        zip.openReadStream(entry, (error, stream) => {
          if (error !== null) return reject(error)
          const chunks: Buffer[] = []
          stream.on('data', (chunk: Buffer) => chunks.push(chunk))
          stream.on('error', reject)
          stream.on('end', () => {
            try {
              onFile(entry.fileName, Buffer.concat(chunks).toString('utf8'))
              zip.readEntry()
            } catch (refused) {
              reject(refused)
            }
          })
        })
      })
      zip.readEntry()
    })
  })
}
