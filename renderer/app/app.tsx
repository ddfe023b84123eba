import { CSPProvider } from '@base-ui/react/csp-provider'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useEffect } from 'react'
import { FleetScreen } from '../features/fleet/fleet-screen.tsx'
import { Prompts } from '../features/prompts/prompts.tsx'
import { StepUpDialog } from '../features/step-up/step-up-dialog.tsx'
import { invalidateOnEvents } from '../stores/invalidation.ts'
import { useUi } from '../stores/ui.store.ts'
import { FleetProvider } from '../stores/use-hosts.tsx'
import { LiveRegion } from '../ui/live-region.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Fetched, partOf } from './fetched.tsx'
import { ScreenComes, ScreenIsThere } from './held-keys.tsx'
import { OpenDialogs, palette } from './open-dialogs.tsx'
import { Sidebar } from './sidebar.tsx'
import { useGlobalKeys } from './use-global-keys.ts'
import { useNews } from './use-news.ts'
import { useTheme } from './use-theme.ts'
import { tellWholeText } from './whole-text.ts'

const around = { comes: <ScreenComes />, isThere: <ScreenIsThere /> }
const hostScreen = partOf(async () => (await import('../features/host/host-screen.tsx')).HostScreen)
const settingsScreen = partOf(async () => (await import('../features/settings/settings-screen.tsx')).SettingsScreen)
const controlsScreen = partOf(async () => (await import('../features/controls/controls-screen.tsx')).ControlsScreen)
const modelsScreen = partOf(async () => (await import('../features/models/models-screen.tsx')).ModelsScreen)
const networkScreen = partOf(async () => (await import('../features/network/network-screen.tsx')).NetworkScreen)
const accessScreen = partOf(async () => (await import('../features/access/access-screen.tsx')).AccessScreen)
const pushScreen = partOf(async () => (await import('../features/push/push-screen.tsx')).PushScreen)
const auditScreen = partOf(async () => (await import('../features/audit/audit-screen.tsx')).AuditScreen)

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
  requestIdleCallback(() => void Promise.all([palette.fetch(), hostScreen.fetch()]), { timeout: 3000 })
}

function CurrentScreen() {
  const route = useUi((state) => state.route)
  switch (route.screen) {
    case 'fleet':
      return <FleetScreen />
    case 'host':
      return <Fetched key={`host ${route.host}`} part={hostScreen} given={{ host: route.host, target: route.target }} {...around} />
    case 'controls':
      return <Fetched key="controls" part={controlsScreen} given={{}} {...around} />
    case 'network':
      return <Fetched key="network" part={networkScreen} given={{}} {...around} />
    case 'access':
      return <Fetched key="access" part={accessScreen} given={{}} {...around} />
    case 'models':
      return <Fetched key="models" part={modelsScreen} given={{ arrival: route }} {...around} />
    case 'push':
      return <Fetched key="push" part={pushScreen} given={{ view: route.view, draft: route.draft }} {...around} />
    case 'audit':
      return <Fetched key="audit" part={auditScreen} given={{}} {...around} />
    case 'settings':
      return <Fetched key="settings" part={settingsScreen} given={{ section: route.section }} {...around} />
  }
}
