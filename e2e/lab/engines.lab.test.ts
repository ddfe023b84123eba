import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuditRun, audit, hostOf } from './audit.ts'
import { arrange, kill, start } from './lab.ts'

/** Servers as they run: one that loads its model (started by the name that Nix gives it), one below a path of its own, one whose file of keys is empty, one that calls itself otherwise; and a program by the environment that it lies beside. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-engines-'))
const unit = (name: string, start: string) => `cat >/etc/systemd/system/${name}.service <<U
[Service]
ExecStart=${start}
Environment=HOME=/tmp
User=ollama
U`

let run: AuditRun

beforeAll(async () => {
  await arrange(
    'gpu2',
    `mkdir -p /nix/store/vllm/bin
install -m 755 /usr/bin/python3 /usr/local/lib/stand-ins/bin/llama-server
cat >/usr/local/bin/llama-server <<'P'
#!/usr/bin/python3
import sys
sys.path.insert(0, "/usr/local/lib/stand-ins")
import pose
pose.launch("/usr/local/lib/stand-ins/bin/llama-server", "llama_server.py")
P
chmod 755 /usr/local/bin/llama-server
printf 'import time\\ntime.sleep(3600)\\n' >/nix/store/vllm/bin/.vllm-wrapped
: >/etc/empty.key
sed 's/^pose.launch/sys.argv[0] = "inferd"\\n&/' /usr/local/bin/ollama >/usr/local/bin/inferd
chmod 755 /usr/local/bin/inferd
mkdir -p /opt/ComfyUI/venv/bin
ln -sf /usr/bin/python3 /opt/ComfyUI/venv/bin/python
mkdir -p /srv/pictures
for place in '/opt/ComfyUI 8189' '/srv/pictures 8188'; do
  printf 'import http.server\\nhttp.server.HTTPServer(("0.0.0.0", %s), http.server.BaseHTTPRequestHandler).serve_forever()\\n' "\${place#* }" >"\${place% *}/main.py"
done
${unit('loading', '/usr/bin/python3 /nix/store/vllm/bin/.vllm-wrapped serve m --host 127.0.0.1 --port 8701')}
${unit('below', '/usr/local/bin/llama-server -m /m.gguf --host 127.0.0.1 --port 8702 --api-prefix /llm')}
${unit('empty', '/usr/local/bin/llama-server -m /m.gguf --host 0.0.0.0 --port 8703 --api-key-file /etc/empty.key')}
${unit('renamed', '/usr/local/bin/inferd serve')}
sed -i 's/^Environment=/&OLLAMA_HOST=0.0.0.0:8704 /' /etc/systemd/system/renamed.service
${unit('comfy', '/opt/ComfyUI/venv/bin/python main.py --listen')}
sed -i 's|^User=.*|WorkingDirectory=/opt/ComfyUI|' /etc/systemd/system/comfy.service
${unit('pictures', '/usr/bin/python3 main.py --listen --api-key seen-one')}
sed -i 's|^User=.*|WorkingDirectory=/srv/pictures|' /etc/systemd/system/pictures.service
cat >/etc/nginx/conf.d/engines.conf <<'C'
server { listen 8801; location / { proxy_pass http://127.0.0.1:8701; } }
server { listen 8802; location /llm/ { proxy_pass http://127.0.0.1:8702; } }
C
systemctl daemon-reload
systemctl start loading below empty renamed comfy pictures
systemctl reload nginx
curl --silent --fail --retry 60 --retry-delay 1 --retry-connrefused --output /dev/null http://127.0.0.1:8704/api/version
for port in 8702 8703; do curl --silent --fail --retry 60 --retry-delay 1 --retry-connrefused --output /dev/null http://127.0.0.1:$port/health; done`,
  )
  run = await audit(data, ['--host', 'gpu2'])
}, 240_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu2')
  await start('gpu2')
}, 120_000)

const said = (control: string, subject: string) => {
  const found = hostOf(run.report, 'gpu2').findings.find((one) => one.control === control && one.subject === subject)
  return `${found?.status}: ${found?.title}`
}

test('what is passed on to a server that does not listen yet is judged, and where it will listen is not', () => {
  expect(said('proxy-requires-authentication', '*:8801')).toBe('fail: Every route answers without a login')
  expect(said('inference-bound-to-loopback', 'loading.service')).toBe("not-evaluated: The server's sockets could not be seen")
})

test('a server below a path of its own is found where the proxy passes that alone on', () => {
  expect(said('proxy-requires-authentication', '*:8802')).toBe('fail: Every route answers without a login')
})

test('a key that nobody is asked for is none', () => {
  expect(said('engine-requires-key-when-exposed', 'empty.service')).toBe('fail: Inference port answers without a key')
})

test('a server that calls itself otherwise is judged as what it runs', () => {
  expect(said('inference-bound-to-loopback', 'renamed.service')).toBe('fail: Inference port is open to the network')
})

test('a script without its folder is known by the environment beside it, or by its own port', () => {
  for (const unit of ['comfy', 'pictures'])
    expect(said('model-interface-not-exposed', `comfyui:${unit}.service`)).toBe('fail: The interface is open, and may ask nobody')
})

test('a key on the command line of another program is reported, and stands nowhere', () => {
  expect(said('inference-secrets-not-on-command-line', 'comfyui:pictures.service')).toBe('fail: A key stands on the command line')
  expect(JSON.stringify(run.report)).not.toContain('seen-one')
})
