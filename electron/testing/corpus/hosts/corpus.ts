import type { CorpusHost } from '../corpus-host.ts'
import { accounts } from './accounts.ts'
import { airgapped } from './airgapped.ts'
import { caddy } from './caddy.ts'
import { composed } from './composed.ts'
import { exposed } from './exposed.ts'
import { good } from './good.ts'
import { gpus } from './gpus.ts'
import { hardening } from './hardening.ts'
import { jump } from './jump.ts'
import { odd } from './odd.ts'
import { others } from './others.ts'
import { proxied } from './proxied.ts'
import { rememberedHosts } from './remembered.ts'
import { seen } from './seen.ts'
import { software } from './software.ts'
import { sso } from './sso.ts'

/** Every host, by kind. Each kind has its file of expected findings. */
export const corpus = {
  good,
  exposed,
  proxied,
  caddy,
  composed,
  seen,
  accounts,
  hardening,
  gpus,
  airgapped,
  others,
  sso,
  software,
  remembered: rememberedHosts,
  jump,
  odd,
} as const satisfies Readonly<Record<string, readonly CorpusHost[]>>
