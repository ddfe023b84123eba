import { describe, expect, test } from 'vitest'
import { asRoot, kill, lab, run, servers, ssh, start } from './lab.ts'

/** Before anything else is believed: the hosts are what the lab says they are, seen with OpenSSH and the hosts' own tools. */

describe('the way in', () => {
  test('the jump host asks for the TOTP after the key', async () => {
    const { status, stderr } = await run('ssh', ['-F', lab.sshConfig, '-o', 'BatchMode=yes', 'jump', 'true'])
    expect(status).toBe(255)
    expect(stderr).toMatch(/Permission denied \(keyboard-interactive\)/)
  })

  test('key and TOTP open it', async () => {
    expect(await ssh(['jump', 'hostname'])).toMatchObject({ status: 0, stdout: 'jump\n' })
  })

  test.each(['10.77.2.11', '10.77.2.12', '10.77.2.13'])('the workstation cannot reach %s past it', async (address) => {
    expect((await run('nc', ['-z', '-w', '1', address, '22'])).status).not.toBe(0)
  })
})

describe.each(servers)('%s', (server) => {
  test('is a machine of its own, with systemd, and accepts the audit account through the jump host', async () => {
    const { status, stdout } = await ssh([server, 'cat /proc/1/comm /etc/hostname; whoami; systemctl is-system-running'])
    expect({ status, stdout }).toEqual({ status: 0, stdout: `systemd\n${server}\ngatehouse-audit\nrunning\n` })
  })

  test('comes back after the plug was pulled', async () => {
    await kill(server)
    expect((await ssh([server, 'true'])).status).not.toBe(0)
    await start(server)
    expect((await ssh([server, 'true'])).status).toBe(0)
  })
})

const sockets = "ss -Hltnp | awk '{print $4, $NF}' | sed 's/,pid=.*//; s/users:((//' | sort -u"
const commandLine = (name: string) => `tr '\\0' ' ' </proc/$(pgrep -o -x ${name})/cmdline; ps -o user= -p $(pgrep -o -x ${name})`

describe('planted servers look like the real programs', () => {
  test('gpu1: vLLM', async () => {
    expect((await asRoot('gpu1', sockets)).stdout).toContain('127.0.0.1:8000 "vllm"')
    expect((await asRoot('gpu1', commandLine('vllm'))).stdout).toMatch(
      /^\/opt\/vllm\/bin\/python3 \/opt\/vllm\/bin\/vllm serve \S+ .* vllm\n$/,
    )
    expect((await asRoot('gpu1', 'curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8000/v1/models')).stdout).toBe('401')
    const withKey = '. /etc/vllm/vllm.env; curl -s -H "Authorization: Bearer $VLLM_API_KEY" http://127.0.0.1:8000/v1/models'
    expect((await asRoot('gpu1', withKey)).stdout).toContain('llama-3.1-8b-instruct')
    const handshake = await asRoot(
      'gpu1',
      'openssl s_client -connect 127.0.0.1:443 -servername ai.lab.internal -verify_return_error </dev/null',
    )
    expect(handshake.stdout).toContain('Verify return code: 0 (ok)')
  })

  test('gpu2: Ollama behind the proxy of the article', async () => {
    expect((await asRoot('gpu2', sockets)).stdout).toContain('127.0.0.1:11434 "ollama"')
    expect((await asRoot('gpu2', commandLine('ollama'))).stdout).toBe('/usr/local/bin/ollama serve ollama\n')
    expect(JSON.parse((await asRoot('gpu2', 'curl -s http://127.0.0.1:11434/api/tags')).stdout)).toMatchObject({
      models: [{ name: 'llama3.2:latest' }],
    })
    const viaProxy = (path: string) => `curl -sk -o /dev/null -w '%{http_code}' https://127.0.0.1${path}`
    expect((await asRoot('gpu2', viaProxy('/api/tags'))).stdout).toBe('401')
    expect((await asRoot('gpu2', viaProxy('/api/pull'))).stdout).toBe('403')
  })

  test('gpu3: Ollama and llama-server on every interface, as root', async () => {
    const { stdout } = await asRoot('gpu3', sockets)
    expect(stdout).toContain('0.0.0.0:11434 "ollama"')
    expect(stdout).toContain('0.0.0.0:8080 "llama-server"')
    expect((await asRoot('gpu3', commandLine('llama-server'))).stdout).toMatch(/^\/opt\/llama.cpp\/build\/bin\/llama-server -m .* root\n$/)
    expect((await ssh(['jump', 'curl -s http://10.77.2.13:11434/'])).stdout).toBe('Ollama is running')
    expect((await ssh(['jump', 'curl -s http://10.77.2.13:8080/health'])).stdout).toBe('{"status": "ok"}')
  })

  test('gpu1 and gpu2 let nobody but the jump host in, and only by SSH', async () => {
    for (const address of ['10.77.2.11', '10.77.2.12']) {
      expect((await ssh(['jump', `nc -z -w 1 ${address} 443 || nc -z -w 1 ${address} 8000; echo $?`])).stdout).toBe('1\n')
    }
  })
})
