import type { Storage } from '../../../facts/os/os.ts'
import { printTree } from '../../../facts/os/storage-tree.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { judgeDirectories } from '../models/model-directories.ts'
import { encryptedThrough } from './encrypted-through.ts'

/** Served by another machine: what it does with its disks is not seen from here. */
const remote = /^(?:nfs4?|cifs|smb3?|ceph|glusterfs|lustre|beegfs|fuse\..*|9p|virtiofs|wekafs|gpfs)$/
/** Memory, not a disk. */
const volatile = /^(?:tmpfs|ramfs)$/

export default defineControl({
  id: 'model-storage-encrypted',
  item: 'INF-6',
  severity: 'low',
  title: 'Model directories lie on encrypted storage',
  rationale:
    'Disks leave the room: as warranty returns, with a stolen server, or as a snapshot of the volume. File permissions mean nothing to whoever mounts them elsewhere, and fine-tuned weights can give back their training data.',
  steps: 'Move the models to a volume of LUKS or an encrypted dataset of ZFS. Where the disk encrypts itself, set a waiver that says so.',
  needs: ['os', 'services', 'model-files'],
  references: ['NIST-800-53:SC-28', 'CIS-8:3.11', 'ISO-27001:A.8.24'],
  evaluate: ({ os, services, 'model-files': files }) =>
    judgeDirectories(files, services, ({ path }) => [
      judge(
        path,
        os.fileSystems.find((one) => one.path === path),
      ),
    ]),
})

function judge(path: string, storage: Storage | undefined): Verdict {
  if (!storage) {
    const reason = `findmnt and lsblk did not say what ${path} lies on.`
    return { status: 'not-evaluated', subject: path, title: 'Storage of the models could not be read', reason, cite: [] }
  }
  const { kind, source, devices, line } = storage
  const base = { subject: path, cite: [{ section: 'os', line, token: path }] }
  if (volatile.test(kind))
    return { ...base, status: 'pass', title: 'Models lie in memory', reason: `${path} is ${kind}, which no disk keeps.` }
  const encrypted = encryptedThrough(devices)
  if (encrypted) {
    const reason = `${path} lies on ${source}, above a dm-crypt device.`
    return { ...base, status: 'pass', title: 'Models lie on an encrypted device', reason }
  }
  if (remote.test(kind) || devices.length === 0 || kind === 'zfs') {
    const reason = `${path} is ${kind} from ${source || 'a source that was not told'}; whether that is encrypted cannot be seen from here.`
    return { ...base, status: 'not-evaluated', title: 'Encryption cannot be seen from here', reason }
  }
  if (encrypted === undefined) {
    const reason = `${path} lies on ${source} (${printTree(devices)}); what the last of these lie on was not told.`
    return { ...base, status: 'not-evaluated', title: 'Not known to be encrypted whole', reason }
  }
  const reason = `${path} lies on ${source} (${printTree(devices)}), not all of it through dm-crypt. A disk that encrypts itself cannot be seen from here.`
  return { ...base, status: 'warning', title: 'Models lie on a plain disk', reason }
}
