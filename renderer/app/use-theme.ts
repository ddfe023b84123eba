import { useEffect } from 'react'
import { useSettings } from '../stores/queries.ts'

/** The admin's choice wins over the system's; without one the tokens follow the system by themselves. */
export function useTheme(): void {
  const theme = useSettings().data?.theme
  useEffect(() => {
    const { dataset } = document.documentElement
    if (theme === undefined || theme === 'system') delete dataset.theme
    else dataset.theme = theme
  }, [theme])
}
