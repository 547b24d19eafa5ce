import type { Backend } from '../backend.ts'

/**
 * Every backend by name, loaded when it is used: a configuration is read without loading thirty of them. Aliases stand
 * here for the same reason; a test compares them with the declarations.
 */
export const backends: Record<string, () => Promise<{ default: Backend }>> = {
  default: () => import('./default.ts'),
  desktop: () => import('./desktop.ts'),
  ntfy_sh: () => import('./ntfy_sh.ts'),
  terminal: () => import('./terminal.ts'),
}

/** Names that older configurations use. */
export const backendAliases: Record<string, string> = {
  linux: 'desktop',
  darwin: 'desktop',
  win32: 'desktop',
}

/** The backend's own name for what a configuration calls it: in any case, with `-` or `_`; nothing if unknown. */
export function backendName(word: string): string | undefined {
  const wanted = word.toLowerCase().replaceAll('-', '_')
  if (Object.hasOwn(backends, wanted)) return wanted
  return Object.hasOwn(backendAliases, wanted) ? backendAliases[wanted] : undefined
}

/** Loads a backend by its own name. */
export async function loadBackend(name: string): Promise<Backend> {
  const load = backends[name]
  if (load === undefined) throw new Error(`no backend ${name}`)
  return (await load()).default
}
