import type { DemoHost } from '../../demo/demo-host.ts'
import { debianPackages } from '../../demo/hosts/baseline.ts'
import { gpu04 } from '../../demo/hosts/gpu-04.ts'
import { idle, llama, vllm } from '../bases.ts'
import { type CorpusHost, corpusHost, type Sin } from '../corpus-host.ts'
import { rewritten } from '../sins/answers.ts'
import { on, withUnit, withWords } from '../sins/host.ts'
import { withSoftware } from '../sins/system.ts'

const python = (...packages: readonly string[]): Sin =>
  withSoftware({ python: { folder: '/opt/vllm/lib/python3.11/site-packages', packages: ['vllm-0.27.0', ...packages] } })

const toolkit = (version: string): DemoHost['software']['packages'] => [
  ...debianPackages,
  ['nvidia-container-toolkit', version, 'NVIDIA CORPORATION <cudatools@nvidia.com>'],
]
const contained = { ...vllm, software: { ...vllm.software, packages: toolkit('1.19.1-1') } }

/** Versions, advisories and updates. */
export const software: readonly CorpusHost[] = [
  corpusHost(
    'vllm-old-version',
    'vLLM 0.8.0, which can be taken over through its own protocol',
    vllm,
    withSoftware({
      endpoints: [{ engine: 'vllm', port: 8000, path: '/version', answer: '"version":"0.8.0"' }],
      python: { folder: '/opt/vllm/lib/python3.11/site-packages', packages: ['vllm-0.8.0', 'torch-2.8.0+cu128'] },
    }),
  ),
  corpusHost(
    'vllm-trusts-remote-code',
    'vLLM runs the code that comes with a model',
    vllm,
    withWords(1410, (argv) => [...argv, '--trust-remote-code']),
  ),
  corpusHost(
    'vllm-adapters-by-request',
    'vLLM loads adapters whose place a request names',
    vllm,
    withWords(1410, (argv) => [...argv, '--enable-lora']),
    withUnit('vllm.service', { Environment: 'HF_HUB_OFFLINE=1 VLLM_ALLOW_RUNTIME_LORA_UPDATING=True' }),
  ),
  corpusHost(
    'vllm-pulled-by-cron',
    'A job of cron fetches the model anew each night',
    vllm,
    rewritten('access', (stdout) =>
      stdout.replace('cd / && run-parts --report /etc/cron.hourly', 'hf download Qwen/Qwen3-8B --local-dir /srv/models/qwen'),
    ),
  ),
  corpusHost('vllm-old-torch', 'torch 2.5.0 beside a vLLM of today', vllm, python('torch-2.5.0+cu124')),
  corpusHost(
    'vllm-old-driver',
    'A driver of branch R535 that was never updated',
    vllm,
    on((host) => ({ ...host, gpus: host.gpus.map((gpu) => ({ ...gpu, driver: '535.54.03' })) })),
  ),
  corpusHost(
    'vllm-old-container-toolkit',
    'A container toolkit out of which containers escape',
    contained,
    withSoftware({ packages: toolkit('1.17.4-1') }),
  ),
  corpusHost(
    'vllm-nginx-update-pending',
    'The distribution has a newer nginx, for its security',
    vllm,
    withSoftware({ updates: [['nginx', '1.22.1-9+deb12u3', '1.22.1-9+deb12u4']] }),
  ),
  corpusHost(
    'vllm-library-update-pending',
    'The distribution has a newer library, for its security',
    vllm,
    withSoftware({ updates: [['libssl3', '3.0.17-1~deb12u2', '3.0.17-1~deb12u3']] }),
  ),
  corpusHost('vllm-lists-old', 'Nobody has asked the distribution for a quarter', vllm, withSoftware({ listsAgeDays: 100 })),
  corpusHost('vllm-restart-pending', 'A newer kernel waits for a restart', vllm, withSoftware({ otherKernels: ['6.1.0-44-amd64'] })),
  corpusHost(
    'vllm-older-kernel-kept',
    'The kernel before this one is still installed, which waits for nothing',
    vllm,
    withSoftware({ otherKernels: ['6.1.0-38-amd64'] }),
  ),
  corpusHost('vllm-updates-by-hand', 'Nothing installs security updates by itself', vllm, withSoftware({ automaticUpdates: false })),
  corpusHost(
    'idle-end-of-life',
    'Debian 10, which gets no updates any more',
    idle,
    on((host) => ({ ...host, os: { id: 'debian', version: '10', pretty: 'Debian GNU/Linux 10 (buster)' } })),
  ),
  corpusHost(
    'llama-downloads',
    'llama-server names a repository of a hub instead of a file',
    llama,
    withWords(1290, (argv) =>
      argv.map((word) => (word === '-m' ? '-hf' : word.replace('/models/qwen3-8b-q4_k_m.gguf', 'ggml-org/Qwen3-8B-GGUF'))),
    ),
  ),
  corpusHost(
    'gpu-04-moving-tag',
    'The image is whatever was published last',
    gpu04,
    on((host) => ({ ...host, containers: host.containers.map((one) => ({ ...one, image: 'localai/localai:latest' })) })),
  ),
]
