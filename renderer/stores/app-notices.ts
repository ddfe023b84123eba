import type { AppInfo } from '#shared/ipc/app.contract.ts'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import type { OpenPush } from '#shared/model/push-job.ts'
import { call } from '../bridge/call.ts'
import { plainText } from '../ui/plain-text.ts'
import type { NoticeView } from '../ui/screen.tsx'
import { count } from '../ui/words.ts'
import { failureNotices } from './failure-notices.ts'
import { wordsOf, wordsOfError } from './failure-words.ts'
import { useAppInfo, useFleetState, useOpenPushes, useRole } from './queries.ts'
import { askForCode } from './step-up.store.ts'
import { goAudit, goFleet, goPush, goSettings, useUi } from './ui.store.ts'

/** What is wrong with Gatehouse itself, on every screen until it ends. */
export function appNotices(info: AppInfo | undefined): NoticeView[] {
  const notices: NoticeView[] = []
  if (info === undefined) return notices
  if (info.engine !== 'running') notices.push(engineNotice(info, info.engine))
  if (info.storeFailure !== null) {
    const { title, detail, hint } = wordsOf(info.storeFailure)
    notices.push({
      key: 'store',
      words: { word: 'Database', tone: 'warn', icon: 'state' },
      text: `${title}: ${detail} ${hint}`,
      actions: [showDiagnostics],
    })
  }
  return notices
}

const showDiagnostics = { label: 'Show diagnostics', run: () => goSettings('about') }
const restartEngine = { label: 'Restart engine', run: () => void call('engine:restart', null) }

const left = 'hosts that an audit had finished are kept, a host undoes by itself what a push had not committed.'

function engineNotice({ engineMessage }: AppInfo, state: Exclude<AppInfo['engine'], 'running'>): NoticeView {
  const why = engineMessage === null ? '' : ` (${plainText(engineMessage, 300).replace(/\.$/, '')})`
  const engine = 'The engine, which talks to the hosts,'
  const said = {
    unresponsive: {
      word: 'Engine not answering',
      text: `${engine} says nothing. When it is only busy, it goes on by itself. A restart ends what runs: ${left}`,
      actions: [restartEngine, showDiagnostics],
    },
    restarting: {
      word: 'Engine restarting',
      text: `${engine} stopped${why}. It is being started again. What ran ended with it: ${left}`,
      actions: [showDiagnostics],
    },
    stopped: {
      word: 'Engine stopped',
      text: `${engine} stopped${why}. It was not started again, since it had stopped several times within a minute.`,
      actions: [restartEngine, showDiagnostics],
    },
  }[state]
  return { key: 'engine', words: { word: said.word, tone: 'fail', icon: 'state' }, text: said.text, actions: said.actions }
}

const operatorNotice: NoticeView = {
  key: 'role',
  words: { word: 'Operator', tone: 'na', icon: 'state' },
  text: 'Services and their logs, and everything to look at. Whatever else changes something needs the administrator.',
  actions: [
    { label: 'Unlock…', run: () => void askForCode('code') },
    { label: 'Show roles', run: () => goSettings('role') },
  ],
}

/** On every screen: without a fleet all of them are empty, and none but the fleet's says why. */
export function fleetFileNotices({ path, problems }: Pick<FleetState, 'path' | 'problems'>): NoticeView[] {
  const [first] = problems
  if (first === undefined) return []
  return [
    {
      key: FLEET_FILE,
      words: { word: 'Fleet file not valid', tone: 'fail', icon: 'state' },
      subject: plainText(path ?? 'The fleet file', 200),
      text: `has ${count(problems.length, 'mistake')}, ${problems.length === 1 ? 'in' : 'the first in'} line ${first.line ?? 1}. No host was connected.`,
      actions: [{ label: 'Show mistakes', run: goFleet }],
    },
  ]
}

export const FLEET_FILE = 'fleet-file'

/** Wherever its admin looks when Gatehouse is there again: the host decides meanwhile, and nobody has been told. */
export const openPushNotices = (open: readonly OpenPush[]): NoticeView[] =>
  open.slice(0, 3).map(({ id, host, state, end }) => ({
    key: `open ${id}`,
    words: { word: 'No verdict', tone: 'warn', icon: 'state' },
    subject: plainText(host, 80),
    text: `${state === 'open' ? 'A push stopped; the last step that was written down is' : 'Nobody could tell what became of a push:'} ${plainText(end, 120)}. ${plainText(host, 80)} undoes what was not committed by itself; History asks it what came of it.`,
    actions: [{ label: 'Show it', run: () => goPush('history') }],
  }))

/** Wherever its admin looks: nothing can be changed or recorded, and what was is not proven. */
const brokenLedgerNotice = (where: string): NoticeView => ({
  key: 'ledger',
  words: { word: 'Ledger not whole', tone: 'fail', icon: 'state' },
  text: `${plainText(where, 400)}. Nothing is changed or recorded until it and ledger.head are moved aside; keep both, and find out who changed it. History ends before the break.`,
  actions: [{ label: 'Show history', run: () => goPush('history') }],
})

const fleetRefusalNotices = (error: unknown): NoticeView[] =>
  failureNotices('fleet-refused', error, 'Not opened').map((notice) => ({
    ...notice,
    actions: [{ label: 'Close', run: () => useUi.setState({ fleetRefusal: null }) }],
  }))

/** Where its step is on screen, it says so itself. */
function useAttachNotices(): NoticeView[] {
  const refusal = useUi(({ attachRefusal }) => attachRefusal)
  const shown = useUi(({ route, auditView, auditStep }) => route.screen === 'audit' && auditView === 'steps' && auditStep === refusal?.item)
  if (refusal === null || shown) return []
  const show = () => {
    if (useUi.getState().route.screen !== 'audit') goAudit()
    useUi.setState({ auditView: 'steps', auditStep: refusal.item })
  }
  return failureNotices('attach-refused', refusal.error, 'Not attached').map((notice) => ({
    ...notice,
    subject: refusal.item,
    actions: [
      { label: 'Show the step', run: show },
      { label: 'Close', run: () => useUi.setState({ attachRefusal: null }) },
    ],
  }))
}

/** What stands above every screen: about this program, its ledger, pushes without an end and the fleet file. */
export function useAppNotices(): NoticeView[] {
  const fleet = useFleetState()
  const journal = useOpenPushes().data
  const operator = useRole().data?.role === 'operator'
  const notices = [
    ...appNotices(useAppInfo().data),
    ...(journal?.brokenLedger == null ? [] : [brokenLedgerNotice(journal.brokenLedger)]),
    ...openPushNotices(journal?.pushes ?? []),
    ...(operator ? [operatorNotice] : []),
    ...(fleet.data ? fleetFileNotices(fleet.data) : []),
    ...fleetRefusalNotices(useUi(({ fleetRefusal }) => fleetRefusal)),
    ...useAttachNotices(),
  ]
  if (fleet.error === null || notices.some(({ key }) => key !== 'role' && !key.startsWith('open '))) return notices
  const { title, detail } = wordsOfError(fleet.error)
  return [
    {
      key: 'fleet-query',
      words: { word: 'Not loaded', tone: 'fail', icon: 'state' },
      text: `${title}: ${detail}`,
      actions: [{ label: 'Try again', run: () => void fleet.refetch() }],
    },
  ]
}
