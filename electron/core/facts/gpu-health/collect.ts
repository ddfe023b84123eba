import { type SectionSpec, script } from '../../probe/section.ts'

/** Elements of `nvidia-smi -q -x` that are kept; the rest of its 20 kB for each GPU is left on the host. */
const wanted = [
  'gpu|product_name|uuid|persistence_mode|current_mig|current_ecc|ecc_mode|ecc_errors|volatile|aggregate|single_bit|double_bit|total',
  '[a-z_]*uncorrectable[a-z_]*|remapped_row_pending|remapped_row_failure|pending_retirement|gpu_recovery_action',
  'cuda_version|clocks_[a-z]*_reason_[a-z_]*slowdown|clocks_[a-z]*_reason_sw_power_cap|process_info|pid|type|process_name|used_memory',
].join('|')

const SCRIPT = `wanted=$1
for path in /usr/bin/nvidia-smi /usr/local/bin/nvidia-smi /usr/local/nvidia/bin/nvidia-smi /opt/bin/nvidia-smi /usr/lib/wsl/lib/nvidia-smi; do
  [ -x "$path" ] || continue
  text=$("$path" -q -x 2>&1)
  code=$?
  printf '@nvidia-smi %s\\n' "$code"
  if [ "$code" = 0 ]; then printf '%s\\n' "$text" | grep -E "</?($wanted)[ >]" | sed 's/^[[:space:]]*/=/' | cut -c1-1000 | head -n 5000
  else printf '%s\\n' "$text" | head -n 5 | cut -c1-300 | sed 's/^/=/'
  fi
  for pid in $(printf '%s\\n' "$text" | sed -n 's/.*<pid>\\([0-9]\\{1,10\\}\\)<.*/\\1/p' | sort -u | head -n 200); do
    printf '@process %s\\n' "$pid"
    sed -n 's/^Uid:[[:space:]]*\\([0-9]*\\).*/=uid \\1/p' "/proc/$pid/status" 2>/dev/null
    sed -n 's/^0::/=cgroup /p;s/^[0-9]*:name=systemd:/=cgroup /p' "/proc/$pid/cgroup" 2>/dev/null | head -n 1
  done
  break
done
for path in /usr/bin/amd-smi /opt/rocm/bin/amd-smi /usr/bin/rocm-smi /opt/rocm/bin/rocm-smi; do
  [ -x "$path" ] && printf '@amd %s\\n' "$path" && break
done
[ -e /dev/nvidiactl ] || [ -e /proc/driver/nvidia/version ] || exit 0
log=$(gh_sudo 1 2>/dev/null)
printf '@kernel-log %s\\n' "$?"
printf '%s\\n' "$log" | grep -E 'NVRM: Xid|nvidia-nvswitch.*SXid' | tail -n 50 | cut -c1-300 | sed 's/^/=/'
exit 0
`

export const collectGpuHealth = (): readonly SectionSpec[] => [
  script({
    id: 'gpu-health',
    expectedMs: 200,
    waits: true,
    display: 'nvidia-smi -q -x (parts of it); /proc/PID of its processes; Xid lines of sudo dmesg; amd-smi, rocm-smi',
    script: SCRIPT,
    parameters: [wanted],
    privileged: [{ argv: ['/usr/bin/dmesg'], alternatives: ['/bin/dmesg'] }],
    timeoutMs: 20_000,
  }),
]
