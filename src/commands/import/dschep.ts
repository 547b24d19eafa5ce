import { normalKey } from '../../backends/contract/read-option.ts'
import { backendName } from '../../backends/index.ts'
import type { Imported } from './imported.ts'
import { mapping, mappingIn } from './yaml.ts'

/** ntfy.yml of dschep/ntfy: what ntfy reads as it is, in its own words. */
export async function importDschep(text: string, into: Imported, path: string): Promise<void> {
  const { backends, backend, ...rest } = await mappingIn(text, path)
  const used = [backends ?? backend ?? []].flat().map(String)
  const names = new Map<string, string>()
  for (const [key, value] of Object.entries(rest)) {
    if (topWords.has(normalKey(key))) into.top[key] = value
    else if (typeof value !== 'object') into.lose(`${key}: ntfy has nothing like it`)
    else {
      const { backend: named, title, hide_command: hidden, ...settings } = mapping(value)
      const service = backendName(String(named ?? key))
      if (service === undefined)
        into.lose(`${key}: its backend ${named ?? key} is somebody's own (backend: module:NAME, or its path)`)
      else {
        const name = await into.add(service, settings, key)
        if (name === undefined) continue
        names.set(key, name)
        Object.assign(
          into.targets[name] ?? {},
          title === undefined ? {} : { title },
          hidden === undefined ? {} : { hide_command: hidden },
        )
      }
    }
  }
  for (const name of used) {
    const service = backendName(name)
    if (names.has(name)) continue
    if (service === undefined) into.lose(`backends: ${name}: there is no such backend`)
    else names.set(name, (await into.add(service, {}, name)) ?? name)
  }
  rename(into, names, used)
}

/** Targets keep the names that they had. */
function rename(into: Imported, names: Map<string, string>, used: string[]): void {
  for (const [own, made] of names) {
    const target = into.targets[made]
    if (target === undefined || own === made || Object.hasOwn(into.targets, own)) continue
    delete into.targets[made]
    into.targets[own] = { backend: backendName(made.replace(/-\d+$/, '')) ?? made, ...target }
  }
  const listed = used.filter((name) => Object.hasOwn(into.targets, name))
  if (listed.length > 0) into.top['backends'] = listed
}

const topWords = new Set(['title', 'longerthan', 'hidecommand'])
