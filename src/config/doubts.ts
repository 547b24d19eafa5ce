import type { Backend } from '../backends/contract/backend.ts'
import { locate } from '../process/locate.ts'
import { referenceOf } from './secrets.ts'
import type { Target } from './types.ts'

/** What this environment lacks of what a target names, and the one that sends may have: variables, programs in PATH. */
export function doubts({ name, settings }: Target, { options }: Pick<Backend, 'options'>): string[] {
  return Object.entries(settings).flatMap(([option, value]) => {
    const lacking = lackingFor(value, options[option]?.details.names === 'program')
    return lacking === undefined ? [] : [`${name}.${option}: ${lacking}`]
  })
}

function lackingFor(value: unknown, isProgram: boolean): string | undefined {
  const reference = referenceOf(value)
  if (reference === undefined) return isProgram ? programLacking(value) : undefined
  if ('env' in reference) {
    return process.env[reference.env] === undefined ? `the variable ${reference.env} is not set here` : undefined
  }
  return 'command' in reference ? programLacking(reference.command) : undefined
}

/** Programs that have a path are looked for as files are. */
function programLacking(value: unknown): string | undefined {
  const program = String(Array.isArray(value) ? value[0] : value)
  if (/[\s/]|^~/.test(program) || 'path' in locate(program, process.env['PATH'])) return undefined
  return `${program} is not in the PATH here`
}
