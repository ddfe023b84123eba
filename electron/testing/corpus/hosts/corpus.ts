import type { CorpusHost } from '../corpus-host.ts'
import { accounts } from './accounts.ts'
import { airgapped } from './airgapped.ts'
import { exposed } from './exposed.ts'
import { good } from './good.ts'
import { gpus } from './gpus.ts'
import { hardening } from './hardening.ts'
import { odd } from './odd.ts'
import { others } from './others.ts'
import { proxied } from './proxied.ts'
import { software } from './software.ts'

/** Every host, by kind. Each kind has its file of expected findings. */
export const corpus = { good, exposed, proxied, accounts, hardening, gpus, airgapped, others, software, odd } as const satisfies Readonly<
  Record<string, readonly CorpusHost[]>
>
