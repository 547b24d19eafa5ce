import type { Program } from './program.ts'
import { services } from './services.ts'
import { systems } from './systems.ts'

/** Every program whose secrets a flag's name does not tell. */
export const table: Record<string, Program> = { ...services, ...systems }
