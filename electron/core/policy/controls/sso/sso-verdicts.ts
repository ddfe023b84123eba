import type { Citation } from '../../../facts/citation.ts'
import type { OAuth2Proxy, Setting } from '../../../facts/oauth2-proxy/oauth2-proxy.ts'
import { effective, type OptionName } from '../../../facts/oauth2-proxy/options.ts'
import type { Verdict } from '../../control.ts'

/** Documentation that the rules of this folder come from. */
export const documentation = 'https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview'

export interface Flaw {
  readonly status: 'fail' | 'warning'
  readonly severity?: Verdict['severity']
  readonly title: string
  readonly reason: string
  /** The setting that is to blame, and what stands on its line and should. */
  readonly setting: Setting
  readonly note: string
}

export interface Sound {
  readonly title: string
  readonly reason: string
}

/** A setting in effect; undefined when it is not known. */
export type Get = (name: OptionName) => Setting | undefined

/** One verdict for each oauth2-proxy, by `judge`. Without any: not applicable. */
export function eachProxy(proxies: readonly OAuth2Proxy[], judge: (proxy: OAuth2Proxy) => Verdict): readonly Verdict[] {
  if (proxies.length > 0) return proxies.map(judge)
  const reason = 'No oauth2-proxy process was found on this host.'
  return [
    { status: 'not-applicable', subject: '', title: 'No oauth2-proxy runs here', reason, cite: [{ section: 'oauth2-proxy', line: 0 }] },
  ]
}

/**
 * Flaws that known settings show are said whatever else is unknown; a pass needs every setting of `names`. `judge` must look at no others.
 */
export function verdictFor(
  proxy: OAuth2Proxy,
  names: readonly OptionName[],
  judge: (get: Get) => readonly Flaw[],
  sound: (get: (name: OptionName) => Setting) => Sound,
): Verdict {
  const found = new Map(names.map((name) => [name, effective(proxy, name)]))
  const get: Get = (name) => {
    const one = found.get(name)
    return one?.known ? one : undefined
  }
  const flaws = judge(get)
  const worst = flaws.find(({ status }) => status === 'fail') ?? flaws[0]
  if (worst)
    return {
      status: worst.status,
      ...(worst.severity && { severity: worst.severity }),
      subject: proxy.id,
      title: worst.title,
      reason: [...[worst, ...flaws.filter((flaw) => flaw !== worst)].map(({ reason }) => reason), ...whereOf(proxy, flaws)].join(' '),
      cite: flaws.map(({ setting, note }) => citeSetting(proxy, setting, note)),
    }
  const unknown = [...found].flatMap(([name, one]) => (one.known ? [] : [{ name, why: one.why }]))
  const [first] = unknown
  if (first) return notKnown(proxy, `${unknown.map(({ name }) => name).join(', ')}: ${first.why}.`)
  const settings = names.flatMap((name) => get(name) ?? [])
  return {
    status: 'pass',
    subject: proxy.id,
    ...sound((name) => get(name) as Setting),
    cite: uniqueLines(settings.map((setting) => citeSetting(proxy, setting))),
  }
}

/** Settings go by their classic names; the alpha configuration has others for them. */
const whereOf = ({ alphaConfig }: OAuth2Proxy, flaws: readonly Flaw[]): readonly string[] =>
  alphaConfig && flaws.some(({ setting }) => setting.source === 'alpha')
    ? [`It is set in the alpha configuration ${alphaConfig.path.slice(0, 120)}, under its name there.`]
    : []

/** Nothing is judged of a proxy of which a file or a variable could not be read: it might say anything. */
export const notKnown = (proxy: OAuth2Proxy, reason: string): Verdict => ({
  status: 'not-evaluated',
  subject: proxy.id,
  title: 'Settings of oauth2-proxy could not be read',
  reason,
  hint: 'gatehouse sudoers prints the lines that let the audit account read the file without its secrets.',
  cite: [{ section: 'oauth2-proxy', line: proxy.line }],
})

/** The line that sets it; for a default, the process that was started without it. */
export const citeSetting = (proxy: OAuth2Proxy, { line }: Setting, note?: string): Citation => ({
  section: 'oauth2-proxy',
  line: line > 0 ? line : proxy.line,
  ...(note !== undefined && { note }),
})

const uniqueLines = (all: readonly Citation[]): readonly Citation[] => [...new Map(all.map((one) => [one.line, one])).values()].slice(0, 6)
