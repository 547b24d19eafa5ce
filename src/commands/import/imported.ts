import { findOption, readOption } from '../../backends/contract/read-option.ts'
import { backends, loadBackend } from '../../backends/index.ts'
import { readAddress } from '../../config/addresses.ts'
import { messageOf } from '../../platform/errors.ts'

type Settings = Record<string, unknown>

/** What another program's configuration becomes, piece by piece. */
export class Imported {
  /** Words at the top. */
  readonly top: Record<string, unknown> = {}
  readonly targets: Record<string, Settings> = {}
  readonly groups: Record<string, string[]> = {}
  /** What could not be carried over, and why: without a secret. */
  readonly lost: string[] = []

  lose(what: string): void {
    if (!this.lost.includes(what)) this.lost.push(what)
  }

  /**
   * Adds a target; what its backend does not know or take is lost.
   *
   * @param as what the other program calls it
   * @returns its name; nothing if what it needs is missing
   */
  async add(backend: string, settings: Settings, as = backend): Promise<string | undefined> {
    const { options, missing } = await loadBackend(backend)
    const kept: Settings = {}
    for (const [key, value] of Object.entries(settings)) {
      if (value === undefined || value === '' || value === null) continue
      const name = findOption(options, key)
      const option = name === undefined ? undefined : options[name]
      if (name === undefined || option === undefined) {
        this.lose(`${as}: ${key}: ${backend} has no such option`)
        continue
      }
      const result = readOption(option, value)
      if ('problem' in result) this.lose(`${as}: ${key}: ${result.problem}`)
      else kept[name] = value
    }
    const lacking = Object.keys(options).find(
      (name) => options[name]?.details.required === true && kept[name] === undefined,
    )
    const problem = lacking === undefined ? missing?.(kept) : `${lacking} is missing`
    if (problem !== undefined) {
      this.lose(`${as}: ${problem}`)
      return undefined
    }
    for (const name of Object.keys(options)) {
      if (options[name]?.details.required === 'to send' && kept[name] === undefined) this.lose(`${as}: ${name}: add it`)
    }
    const same = Object.keys(this.targets).find((name) => isSame(this.targets[name], backend, kept))
    const name = same ?? this.#freeName(backend)
    this.targets[name] = name === backend ? kept : { backend, ...kept }
    return name
  }

  /** Adds a target by its address, as Apprise writes them. */
  async addAddress(text: string): Promise<string | undefined> {
    const scheme = text.split('://')[0] ?? ''
    try {
      const { backend, settings } = await readAddress(text, { targets: {} })
      return await this.add(backend, settings, `${scheme}://`)
    } catch (error) {
      this.lose(messageOf(error))
      return undefined
    }
  }

  group(name: string, member: string | undefined): void {
    if (member === undefined || Object.hasOwn(backends, name)) return
    const members = this.groups[name] ?? []
    if (!members.includes(member)) this.groups[name] = [...members, member]
  }

  /** The configuration, as YAML. */
  async text(program: string): Promise<string> {
    const { stringify } = await import('yaml')
    const names = Object.keys(this.targets)
    const content = {
      ...(names.length > 0 && { backends: names }),
      ...(Object.keys(this.groups).length > 0 && { groups: this.groups }),
      ...this.top,
      ...this.targets,
    }
    const comments = [`imported from ${program}`, ...this.lost.map((one) => `not carried over: ${one}`)]
    const body = Object.keys(content).length === 0 ? '' : stringify(content, { lineWidth: 0 })
    return `${comments.map((line) => `# ${line}\n`).join('')}${body}`
  }

  #freeName(backend: string): string {
    if (!Object.hasOwn(this.targets, backend)) return backend
    let number = 2
    while (Object.hasOwn(this.targets, `${backend}-${number}`)) number++
    return `${backend}-${number}`
  }
}

function isSame(target: Settings | undefined, backend: string, settings: Settings): boolean {
  const { backend: _, ...rest } = target ?? {}
  return (_ ?? backend) === backend && JSON.stringify(rest) === JSON.stringify(settings)
}
