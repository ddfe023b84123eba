import { octal } from '#shared/words.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'gpu-devices-restricted',
  item: 'INF-5',
  severity: 'low',
  title: 'GPU devices are open to the accounts that need them only',
  rationale:
    'The NVIDIA driver makes its devices open to everyone by default, so any account runs a miner beside the model or attacks the driver in the kernel. Members of render or video need no root for the GPU.',
  steps:
    'options nvidia NVreg_DeviceFileGID=<gid of video> NVreg_DeviceFileMode=0660 in /etc/modprobe.d, then update-initramfs and a restart; put the service account into the group first.',
  needs: ['os'],
  references: ['NIST-800-53:AC-6', 'CIS-8:3.3', 'https://github.com/NVIDIA/open-gpu-kernel-modules/blob/main/kernel-open/nvidia/nv-reg.h'],
  evaluate: ({ os: { devices } }): readonly Verdict[] => {
    if (devices.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No GPU device was seen',
          reason: 'There is no /dev/nvidia*, /dev/kfd or /dev/dri/renderD*.',
          cite: [],
        },
      ]
    const open = devices.filter(({ mode }) => (mode & 0o006) !== 0)
    if (open.length === 0) {
      const reason = `${devices.length} devices are closed to accounts outside of ${[...new Set(devices.map(({ group }) => group))].join(', ')}.`
      return [
        {
          status: 'pass',
          subject: '',
          title: 'GPU devices are closed to others',
          reason,
          cite: devices.slice(0, 6).map(({ line }) => ({ section: 'os', line })),
        },
      ]
    }
    return [
      {
        status: 'warning',
        subject: '',
        title: 'Every account may use the GPUs',
        reason: `${open
          .map(({ path, mode }) => `${path} (${octal(mode)})`)
          .slice(0, 5)
          .join(', ')}. Expected 0660 for group video or render.`,
        cite: open.slice(0, 6).map(({ path, line }) => ({ section: 'os', line, token: path, note: 'Expected 0660.' })),
      },
    ]
  },
})
