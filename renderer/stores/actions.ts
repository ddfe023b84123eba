import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { call } from '../bridge/call.ts'
import { announce } from '../ui/announcer.ts'
import { nameFew } from '../ui/words.ts'
import { callWithCode } from './step-up.store.ts'
import { useUi } from './ui.store.ts'

/** One hook for each channel that changes something; what it takes, gives and refuses stands in its contract (`shared/ipc`). */

/**
 * A call that changes something. Its answer replaces that of the query `answers`, when it is the same thing. `rests`: the query on which it rested, asked again
 * when it was refused.
 */
function useAction<C extends Channel>(channel: C, answers?: Channel, rests?: Channel) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input<C>): Promise<Output<C>> => callWithCode(channel, input),
    onSuccess: (value) => {
      if (answers !== undefined && value !== null) client.setQueryData([answers, null], value)
    },
    onError: () => {
      if (rests !== undefined) void client.invalidateQueries({ queryKey: [rests] })
    },
  })
}

/** Opens or closes a fleet. A refusal is a notice on every screen. */
function useFleetAction<C extends 'fleet:open' | 'fleet:load' | 'fleet:demo' | 'fleet:close'>(channel: C) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input<C>): Promise<Output<C>> => call(channel, input),
    onMutate: () => useUi.setState({ fleetRefusal: null }),
    onSuccess: (state) => {
      if (state !== null) client.setQueryData(['fleet:current', null], state)
    },
    onError: (fleetRefusal) => useUi.setState({ fleetRefusal }),
  })
}

export const useOpenFleet = () => useFleetAction('fleet:open')
export const useLoadFleet = () => useFleetAction('fleet:load')
export const useDemoFleet = () => useFleetAction('fleet:demo')
export const useCloseFleet = () => useFleetAction('fleet:close')
export const useImportPreview = () => useAction('fleet:import-preview')
/** What was imported is added to the open fleet file. The events that follow tell the queries. */
export const useImportAdd = () => useAction('fleet:import-add')
export const useImportSave = () => useAction('fleet:import-save', 'fleet:current')
export const useImportAdvisories = () => useAction('advisories:import', 'advisories:state')
export const useSaveSettings = () => useAction('settings:set', 'settings:get')
export const useAnswerPrompt = () => useAction('prompt:answer')
export const useGrantWaiver = () => useAction('waiver:grant')
export const useWithdrawWaiver = () => useAction('waiver:withdraw')
export const useStateAttestation = () => useAction('attestation:state')
export const useWithdrawAttestation = () => useAction('attestation:withdraw')
export const useRequestModel = () => useAction('registry:request')
export const useReviewModel = () => useAction('registry:review')
export const useTestModel = () => useAction('registry:test')
export const useApproveModel = () => useAction('registry:approve')
export const useDeployModel = () => useAction('registry:deploy', 'models:job')
export const useOpenDigests = () => useAction('models:expect-open')
export const useRecordExpected = () => useAction('models:expect')
export const useWithdrawExpected = () => useAction('models:expect-withdraw')
export const useQuarantineFile = () => useAction('quarantine:take')
export const useReleaseFile = () => useAction('quarantine:release')
export const useRejectModel = () => useAction('registry:reject')
export const useRevokeModel = () => useAction('registry:revoke')
export const useStartReview = () => useAction('access:review-start', 'access:review')
export const useDecideReview = () => useAction('access:review-decide', 'access:review')
export const useSignReview = () => useAction('access:review-sign', 'access:review')
export const useSaveRemovalPlan = () => useAction('access:removal-plan')
export const useStartWalkthrough = () => useAction('walkthrough:start', 'walkthrough:current')
export const useRecordStep = () => useAction('walkthrough:record', undefined, 'walkthrough:current')
export const useCloseWalkthrough = () => useAction('walkthrough:close', 'walkthrough:current')
export const useSaveTemplate = () => useAction('walkthrough:template')
export const useSetSchedule = () => useAction('schedule:set', 'schedule:get')
export const useBuildPack = () => useAction('pack:build')
export const useExportAudit = () => useAction('audit:export')

export const useEnrol = () => useAction('step-up:enrol')
export const useConfirmCode = () => useAction('step-up:confirm', 'step-up:state')
export const useLock = () => useAction('step-up:lock', 'step-up:state')
export const useOperate = () => useAction('operate:run', 'operate:job')
export const useLeaveOperation = () => useAction('operate:leave')
export const useBecomeOperator = () => useAction('role:operator', 'role:state')
export const useBecomeAdministrator = () => useAction('role:administrator', 'role:state')
export const usePlanPush = () => useAction('push:plan')
export const useMakeLogin = () => useAction('push:login')
export const useStopPlanning = () => useAction('push:stop-planning')
export const useExportPlan = () => useAction('push:export')
export const useStartPush = () => useAction('push:start', 'push:job')
export const useAddTemplate = () => useAction('template:add')
export const useExportTemplate = () => useAction('template:export')
export const useDecideTemplate = () => useAction('template:decide')
export const useTakeBack = () => useAction('push:take-back')
export const useFinishPush = () => useAction('push:finish')
export const useAdoptFile = () => useAction('push:adopt')
export const useDrill = () => useAction('push:drill')
export const useUndoPush = () => useAction('push:undo')
export const usePlanMany = () => useAction('push:plan-many')
export const useStartWaves = () => useAction('push:start-many', 'push:waves')
export const useStopWaves = () => useAction('push:stop-waves')
export const useUndoOne = () => useAction('push:undo-one')
export const useExtendOne = () => useAction('push:extend-one', 'push:waves')
export const useExtendUndo = () => useAction('push:extend', 'push:job')

/** Starts and stops audits. */
export function useAuditActions() {
  const start = useAction('audit:start')
  const cancel = useAction('audit:cancel')
  const { mutate: startAudit } = start
  const { mutate: cancelAudit } = cancel
  return {
    start: useCallback(
      (hosts?: readonly string[]) => {
        announce(hosts === undefined ? 'Audit started' : `Audit of ${nameFew(hosts)} started`)
        startAudit(hosts === undefined ? {} : { hosts: [...hosts] })
      },
      [startAudit],
    ),
    stop: useCallback(() => cancelAudit(null), [cancelAudit]),
    failure: start.error ?? cancel.error,
  }
}

/** Starts and stops looks at the models. */
export function useModelActions() {
  const look = useAction('models:look', 'models:job')
  const cancel = useAction('models:cancel')
  const { mutate: startLook } = look
  const { mutate: cancelLook } = cancel
  return {
    start: useCallback(
      (hosts: readonly string[], hash: boolean, olderThanDays?: number) => {
        announce(hash ? 'Verifying models' : 'Listing models')
        startLook({ hosts: [...hosts], scan: true, hash, ...(olderThanDays === undefined ? {} : { olderThanDays }) })
      },
      [startLook],
    ),
    stop: useCallback(() => cancelLook(null), [cancelLook]),
    failure: look.error ?? cancel.error,
  }
}
