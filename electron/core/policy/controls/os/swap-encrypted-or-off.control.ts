import type { Storage } from '../../../facts/os/os.ts'
import { printTree } from '../../../facts/os/storage-tree.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { encryptedThrough } from './encrypted-through.ts'

export default defineControl({
  id: 'swap-encrypted-or-off',
  item: 'INF-6',
  severity: 'low',
  title: 'Swap is off or encrypted',
  rationale:
    'What an inference server holds in memory, weights, prompts and keys, ends up on the swap device and stays there after a restart. Whoever gets the disk reads it without any of the file permissions.',
  steps: 'Run swapoff and take it out of /etc/fstab, or give it a new key at each start (crypttab with /dev/urandom and swap).',
  needs: ['os'],
  references: ['NIST-800-53:SC-28', 'CIS-8:3.11', 'ISO-27001:A.8.24'],
  evaluate: ({ os }) => {
    if (!os.swaps)
      return [{ status: 'not-evaluated', subject: '', title: 'Swap could not be read', reason: '/proc/swaps was not readable.', cite: [] }]
    if (os.swaps.length > 0) return os.swaps.map(judge)
    return [
      {
        status: 'pass',
        subject: '',
        title: 'There is no swap',
        reason: '/proc/swaps names no device and no file.',
        cite: [{ section: 'os', line: 0 }],
      },
    ]
  },
})

function judge({ path, devices, line }: Storage): Verdict {
  const base = { subject: path, cite: [{ section: 'os', line, token: path }] }
  if (/^\/dev\/zram\d+$/.test(path))
    return { ...base, status: 'pass', title: 'Swap stays in memory', reason: `${path} is compressed memory, not a disk.` }
  const encrypted = encryptedThrough(devices)
  if (encrypted) return { ...base, status: 'pass', title: 'Swap is encrypted', reason: `${path} lies on an encrypted device.` }
  if (devices.length === 0)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'What swap lies on could not be read',
      reason: `lsblk did not say what ${path} lies on.`,
    }
  if (encrypted === undefined) {
    const reason = `${path} lies on ${printTree(devices)}; what the last of these lie on was not told.`
    return { ...base, status: 'not-evaluated', title: 'Not known to be encrypted whole', reason }
  }
  const reason = `${path} lies on ${printTree(devices)}, not all of it encrypted. Expected no swap, or swap on dm-crypt.`
  return { ...base, status: 'warning', title: 'Swap is not encrypted', reason }
}
