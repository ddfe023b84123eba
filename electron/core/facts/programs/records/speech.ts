import type { ProgramRecord } from '../record.ts'

/** Servers that hear and speak. */
export const speech: readonly ProgramRecord[] = [
  {
    id: 'speaches',
    name: 'Speaches (faster-whisper-server)',
    kind: 'inference',
    application: /^(?:speaches|faster_whisper_server)\.main:\w+$/,
    image: /^(?:speaches|faster-whisper-server)$/,
    // Its page is let in without the key, and older ones send the key along for whoever opens it (speaches/ui/utils.py), so no route tells.
    authentication: { usual: 'unknown', perhaps: /^API_KEY=./ },
    danger: 'Whoever reaches it transcribes, and has it download models by their name.',
    source: 'https://speaches.ai/configuration/',
  },
  {
    id: 'whisper-server',
    name: 'whisper.cpp server',
    kind: 'inference',
    program: /^whisper-server$/,
    authentication: { usual: 'none' },
    danger: 'It asks nobody, and /load has it read another model from a path; its README says not to use it where strangers reach it.',
    source: 'ggml-org/whisper.cpp examples/server/README.md',
  },
  {
    id: 'kokoro',
    name: 'Kokoro-FastAPI',
    kind: 'inference',
    image: /^kokoro-fastapi(?:-[a-z]+)?$/,
    authentication: { usual: 'none' },
    telling: ['/v1/models'],
    danger: 'It asks nobody: whoever reaches it has it speak, and may fill its queue.',
    source: 'remsky/Kokoro-FastAPI README.md',
  },
  {
    id: 'whisper-asr',
    name: 'Whisper ASR webservice',
    kind: 'inference',
    program: /^whisper-asr-webservice$/,
    image: /^openai-whisper-asr-webservice$/,
    authentication: { usual: 'none' },
    danger: 'It asks nobody: whoever reaches it transcribes, and may fill its queue and its disk.',
    source: 'ahmetoner/whisper-asr-webservice docs/run.md',
  },
  {
    id: 'wyoming',
    name: 'Wyoming speech server',
    kind: 'inference',
    program: /^wyoming-(?:faster-whisper|whisper-cpp|whisper|piper|vosk)$/,
    module: /^wyoming_(?:faster_whisper|whisper_cpp|piper|vosk)$/,
    image: /^wyoming-(?:faster-whisper|whisper|piper|vosk)$/,
    repository: /(?:^|\/)linuxserver\/(?:faster-whisper|piper)$/,
    authentication: { usual: 'none' },
    danger: 'Its protocol has no login: whoever reaches it has it transcribe or speak.',
    source: 'rhasspy/wyoming-faster-whisper README.md',
  },
]
