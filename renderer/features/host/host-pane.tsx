import type { ReactNode } from 'react'
import { useSheetState } from '../../stores/use-sheet.ts'
import { SidePane } from '../../ui/side-pane.tsx'

/** Right of a tab's list; over it in a narrow window. Stays while what it shows is another row. */
export const HostPane = ({ children }: { readonly children: ReactNode }) => <SidePane sheet={useSheetState()}>{children}</SidePane>
