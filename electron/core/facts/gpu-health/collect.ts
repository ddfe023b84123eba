import { type SectionSpec, script } from '../../probe/section.ts'

/** Elements of `nvidia-smi -q -x` that are kept; the rest of its 20 kB for each GPU is left on the host. */
const wanted = [
  'gpu|product_name|uuid|persistence_mode|current_mig|current_ecc|ecc_mode|ecc_errors|volatile|volatile_count|aggregate|single_bit|double_bit|total',
  '[a-z_]*uncorrectable[a-z_]*|sram_threshold_exceeded|channel_repair_pending|tpc_repair_pending|remapped_row_pending|remapped_row_failure|unrepairable_memory|pending_retirement|gpu_recovery_action',
  'cuda_version|clocks_[a-z]*_reason_[a-z_]*slowdown|clocks_[a-z]*_reason_sw_power_cap|processes|process_info|pid|type|process_name|used_memory',
].join('|')

/**
 * Of accelerators of other makers only that there is one: by the driver (Intel, but not the graphics of the processor, which are on bus 0; Gaudi), else by the node
 * (TPU, Ascend, Trainium, Tenstorrent, Jetson without nvidia-smi).
 * One awk does what grep, sed, sort and head in a row did: starting them is what costs. mawk ends with 2 where a process ends while its /proc file is read, so it is asked again.
 */
const SCRIPT = `wanted=$1
for path in /usr/bin /usr/local/bin /usr/local/nvidia/bin /opt/bin /usr/lib/wsl/lib; do
  path=$path/nvidia-smi
  [ -x "$path" ] || continue
  text=$("$path" -q -x 2>&1)
  code=$?
  echo "@nvidia-smi $code"
  for try in 1 2 3; do said=$(printf '%s\\n' "$text" | awk -v "code=$code" -v "wanted=</?($wanted)[ >]" '
    code != 0 && code != 14 { if (NR > 5) exit; print "=" substr($0, 1, 300); next }
    match($0, /<pid>[0-9]+</) && RLENGTH < 17 && pids < 200 { pid = substr($0, RSTART + 5, RLENGTH - 6); if (!(pid in seen)) { seen[pid]; process[++pids] = pid } }
    n < 5000 && ($0 ~ wanted || /infoROM is corrupted/) { n++; sub(/^[ \\t]+/, ""); print substr("=" $0, 1, 1000) }
    END { for (i = 1; i <= pids; i++) {
      print "@process " process[i]
      file = "/proc/" process[i] "/status"
      while ((getline line < file) > 0) if (line ~ /^Uid:/) { split(line, word, /[ \\t]+/); print "=uid " word[2]; break }
      close(file)
      file = "/proc/" process[i] "/cgroup"
      while ((getline line < file) > 0) if (sub(/^0::/, "", line) || sub(/^[0-9]+:name=systemd:/, "", line)) { print "=cgroup " line; break }
      close(file)
    } }') && break; done
  [ -z "$said" ] || printf '%s\\n' "$said"
  break
done
amd=
for path in /usr/bin/amd-smi /opt/rocm/bin/amd-smi /usr/bin/rocm-smi /opt/rocm/bin/rocm-smi; do
  [ -x "$path" ] && amd=$path && echo "@amd $path" && break
done
cards=0
# AMD's own driver tells without any tool, and of every process that computes through ROCm.
for card in /sys/bus/pci/drivers/amdgpu/*:*:*; do
  [ -d "$card" ] || continue
  cards=$((cards + 1))
  echo "@amd-gpu \${card##*/}"
  { IFS= read -r said <"$card/product_name"; } 2>/dev/null && printf '=name %.100s\\n' "$said"
  for file in "$card"/ras/*_err_count; do
    [ -e "$file" ] || continue
    said=
    while read -r line; do said="$said $line"; done 2>/dev/null <"$file"
    file=\${file##*/}
    printf '=errors %s%.100s\\n' "\${file%_err_count}" "$said"
  done
  for file in "$card"/gpu_busy_percent "$card"/mem_info_vram_used "$card"/mem_info_vram_total "$card"/hwmon/hwmon*/temp[12]_input "$card"/hwmon/hwmon*/power1_average "$card"/hwmon/hwmon*/power1_input "$card"/hwmon/hwmon*/power1_cap; do
    { read -r said <"$file"; } 2>/dev/null && printf '=figure %s %.20s\\n' "\${file##*/}" "$said"
  done
done
# What its tool alone knows: how a card is called, and whether it is held back. Python, hence the limits.
case $cards:$amd in 0:*) ;; *:*/amd-smi) command -v timeout >/dev/null && for part in 'static --asic --bus' 'metric --power --ecc'; do
  text=$(PYTHONDONTWRITEBYTECODE=1 timeout 4 "$amd" $part --json 2>/dev/null)
  echo "@amd-smi \${part%% *} $?"
  printf '%s\\n' "$text" | awk 'n++ < 3000 { sub(/^[ \\t]+/, ""); print "=" substr($0, 1, 200) }'
done ;; esac
for folder in /sys/class/kfd/kfd/topology/nodes/[0-9]*; do
  { read -r said <"$folder/gpu_id"; } 2>/dev/null && [ "$said" != 0 ] || continue
  printf '@amd-node %.20s\\n' "$said"
  while read -r word said; do case $word in domain | location_id) printf '=%s %.20s\\n' "$word" "$said" ;; esac; done 2>/dev/null <"$folder/properties"
done
count=0
for folder in /sys/class/kfd/kfd/proc/[0-9]*; do
  [ -d "$folder" ] && [ "$((count += 1))" -le 200 ] || continue
  pid=\${folder##*/}
  echo "@amd-process $pid"
  { IFS= read -r said <"/proc/$pid/comm"; } 2>/dev/null && printf '=name %.100s\\n' "$said"
  while read -r word said rest; do [ "$word" = Uid: ] && printf '=uid %s\\n' "$said" && break; done 2>/dev/null <"/proc/$pid/status"
  while IFS= read -r said; do case $said in 0::/*) printf '=cgroup %.500s\\n' "\${said#0::}" ;; *:name=systemd:/*) printf '=cgroup %.500s\\n' "\${said#*:name=systemd:}" ;; esac; done 2>/dev/null <"/proc/$pid/cgroup"
  for file in "$folder"/vram_*; do { read -r said <"$file"; } 2>/dev/null && printf '=vram %.20s %.20s\\n' "\${file##*/vram_}" "$said"; done
done
[ -e /dev/kfd ] && echo @amd-driver
cd /sys/bus/pci/drivers
for path in i915/*:*:* xe/*:*:* habanalabs/*:*:* /dev/accel* /dev/davinci* /dev/neuron* /dev/tenstorrent /dev/nvgpu; do
  case $path in *:00:*) ;; *) [ -e "$path" ] && printf '@other %s\\n' "$path" && break ;; esac
done
[ -e /dev/nvidiactl ] || [ -e /proc/driver/nvidia/version ] || exit 0
set -- /proc/driver/nvidia/gpus/*
[ -d "$1" ] && echo "@driver $#" || echo @driver
log=$(gh_sudo 1 2>/dev/null)
echo "@kernel-log $?"
case $log in *Xid*) printf '%s\\n' "$log" | awk '
  /NVRM: Xid|nvidia-nvswitch.*SXid/ { row[n++ % 50] = "=" substr($0, 1, 300) }
  END { for (i = n > 50 ? n - 50 : 0; i < n; i++) print row[i % 50] }' ;; esac
exit 0
`

/** State, temperature, errors and processes of cards of NVIDIA and AMD. nvidia-smi waits for the driver, so it runs beside the others. */
export const collectGpuHealth = (): readonly SectionSpec[] => [
  script({
    id: 'gpu-health',
    expectedMs: 200,
    waits: true,
    display:
      'nvidia-smi -q -x (parts of it); /proc/PID of its processes; Xid lines of sudo dmesg; cards of amdgpu and processes of kfd in /sys; amd-smi static, metric',
    script: SCRIPT,
    parameters: [wanted],
    privileged: [{ argv: ['/usr/bin/dmesg'], alternatives: ['/bin/dmesg'] }],
    timeoutMs: 20_000,
  }),
]
