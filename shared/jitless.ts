import { z } from 'zod'

// The window's content security policy allows no eval; the same schemas run the same way everywhere. Imported before any schema.
z.config({ jitless: true })
