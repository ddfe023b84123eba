import { CSPProvider } from '@base-ui/react/csp-provider'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { FleetScreen } from '../features/fleet/fleet-screen.tsx'
import { Prompts } from '../features/prompts/prompts.tsx'
import { StepUpDialog } from '../features/step-up/step-up-dialog.tsx'
import { invalidateOnEvents } from '../stores/invalidation.ts'
import { useUi } from '../stores/ui.store.ts'
import { FleetProvider } from '../stores/use-hosts.tsx'
import { LiveRegion } from '../ui/live-region.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { ScreenComes, ScreenIsThere } from './held-keys.tsx'
import { loadPalette, OpenDialogs } from './open-dialogs.tsx'
import { Sidebar } from './sidebar.tsx'
import { useGlobalKeys } from './use-global-keys.ts'
import { useNews } from './use-news.ts'
import { useTheme } from './use-theme.ts'
import { tellWholeText } from './whole-text.ts'

const loadHost = async () => ({ default: (await import('../features/host/host-screen.tsx')).HostScreen })
const HostScreen = lazy(loadHost)

const SettingsScreen = lazy(async () => ({ default: (await import('../features/settings/settings-screen.tsx')).SettingsScreen }))

const ControlsScreen = lazy(async () => ({ default: (await import('../features/controls/controls-screen.tsx')).ControlsScreen }))

const ModelsScreen = lazy(async () => ({ default: (await import('../features/models/models-screen.tsx')).ModelsScreen }))

const NetworkScreen = lazy(async () => ({ default: (await import('../features/network/network-screen.tsx')).NetworkScreen }))

const AccessScreen = lazy(async () => ({ default: (await import('../features/access/access-screen.tsx')).AccessScreen }))

const PushScreen = lazy(async () => ({ default: (await import('../features/push/push-screen.tsx')).PushScreen }))

const AuditScreen = lazy(async () => ({ default: (await import('../features/audit/audit-screen.tsx')).AuditScreen }))

/** Base UI writes no style elements: the content security policy would refuse them. */
export const App = ({ client }: { readonly client: QueryClient }) => (
  <QueryClientProvider client={client}>
    <CSPProvider disableStyleElements>
      <FleetProvider>
        <Window client={client} />
      </FleetProvider>
    </CSPProvider>
  </QueryClientProvider>
)

function Window({ client }: { readonly client: QueryClient }) {
  useEffect(() => invalidateOnEvents(client), [client])
  useEffect(warm, [])
  useEffect(tellWholeText, [])
  useTheme()
  useGlobalKeys()
  useNews()
  return (
    <>
      <div className="app">
        <Sidebar />
        <ErrorBoundary>
          <CurrentScreen />
        </ErrorBoundary>
      </div>
      <OpenDialogs />
      <Prompts />
      <StepUpDialog />
      <LiveRegion />
    </>
  )
}

/** Fetches what comes next while nothing else is to do: a host opens at once, and the first word typed into the palette is not lost. */
function warm(): void {
  requestIdleCallback(() => void Promise.all([loadPalette(), loadHost()]), { timeout: 3000 })
}

function CurrentScreen() {
  const route = useUi((state) => state.route)
  if (route.screen === 'fleet') return <FleetScreen />
  return (
    <Suspense fallback={<ScreenComes key={route.screen} />}>
      {route.screen === 'host' && <HostScreen key={route.host} host={route.host} target={route.target} />}
      {route.screen === 'controls' && <ControlsScreen />}
      {route.screen === 'network' && <NetworkScreen />}
      {route.screen === 'access' && <AccessScreen />}
      {route.screen === 'models' && <ModelsScreen />}
      {route.screen === 'push' && <PushScreen view={route.view} draft={route.draft} />}
      {route.screen === 'audit' && <AuditScreen />}
      {route.screen === 'settings' && <SettingsScreen section={route.section} />}
      <ScreenIsThere key={route.screen} />
    </Suspense>
  )
}
