import type { Program } from './program.ts'
import { services } from './service-programs.ts'
import { systems } from './system-programs.ts'

/** Every program whose secrets a flag's name does not tell. */
export const table: Record<string, Program> = { ...services, ...systems }
