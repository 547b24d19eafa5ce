import { resolve } from 'node:path'
import { isServiceAddress } from '../backends/contract/address.ts'
import { findOption, isPath, readOption } from '../backends/contract/read-option.ts'
import { backendAliases, backendName, backends, loadBackend } from '../backends/index.ts'
import { ConfigError, messageOf, UsageError } from '../platform/errors.ts'
import { didYouMean } from '../platform/suggest.ts'
import { pathFrom } from './secrets.ts'
import type { Config, Target } from './types.ts'

/** What the command line says of a notification: where it goes, and how. */
export interface NotificationOptions {
  /** `-c`: the configuration file. */
  config: string | undefined
  /** `-b`, each with the `-o` that followed it. */
  targets: { name: string; options: Record<string, string> }[]
  /** `-o` before any `-b`: for all targets that know them. */
  sharedOptions: Record<string, string>
  title: string | undefined
  emoji: boolean
}

/** A target that will get the notification, with what `-o` says of it. */
export interface Selected {
  target: Target
  /** By the backend's own option names, as words of the command line, or as an address there says them. */
  overrides: Record<string, unknown>
  /** It was named with `-b`. */
  named: boolean
}

/**
 * Which targets get a notification: those of `-b`, else of NTFY_BACKENDS, else of the configuration; groups in full,
 * each target once.
 *
 * @throws UsageError an unknown `-b` or `-o`, found before anything is sent
 */
export async function selectTargets(
  config: Config,
  wanted: Pick<NotificationOptions, 'targets' | 'sharedOptions'>,
): Promise<Selected[]> {
  const fromEnvironment = (process.env['NTFY_BACKENDS'] ?? '').split(',').filter((name) => name.trim() !== '')
  const requests =
    wanted.targets.length > 0
      ? wanted.targets
      : (fromEnvironment.length > 0 ? fromEnvironment : config.backends).map((name) => ({
          name: name.trim(),
          options: {},
        }))
  const selected = new Map<string, Selected>()
  for (const { name, options } of requests) {
    for (const member of config.groups[name] ?? [name]) {
      const typed =
        isServiceAddress(member) && !Object.hasOwn(config.targets, member) ? await addressed(member, config) : undefined
      const target = typed?.target ?? findTarget(config, member)
      const overrides = { ...typed?.settings, ...(await readOverrides(target, options)) }
      const earlier = selected.get(target.name)
      selected.set(target.name, {
        target,
        overrides: { ...earlier?.overrides, ...overrides },
        named: wanted.targets.length > 0,
      })
    }
  }
  await shareOptions([...selected.values()], wanted.sharedOptions)
  return [...selected.values()]
}

/** A target that is given by its address: all that it needs comes with the delivery, as what `-o` says does. */
async function addressed(text: string, config: Config): Promise<{ target: Target; settings: Record<string, unknown> }> {
  const { adviseOnce, nameOfAddress, readAddress } = await import('./addresses.ts')
  try {
    const { backend, settings } = await readAddress(text, config)
    adviseOnce()
    return { target: { name: nameOfAddress(text, backend), backend, settings: {} }, settings }
  } catch (error) {
    throw new UsageError(`-b ${messageOf(error)}`)
  }
}

/**
 * The target of a name: a section of the configuration, else a backend without options.
 *
 * @throws UsageError there is neither
 */
export function findTarget(config: Config, name: string): Target {
  if (Object.hasOwn(config.targets, name) && config.targets[name]) return config.targets[name]
  const backend = backendName(name)
  if (backend !== undefined) {
    // A section under another name of the same backend: `-b desktop` with dschep/ntfy's section `linux`.
    const section = Object.values(config.targets).find((target) => backendName(target.name) === backend)
    return section ?? { name: Object.hasOwn(backendAliases, name) ? name : backend, backend, settings: {} }
  }
  const known = [...Object.keys(config.targets), ...Object.keys(config.groups)]
  // The delivery has its options.
  const ofAddress = backendInName(name)
  if (ofAddress !== undefined && Object.hasOwn(backends, ofAddress)) return { name, backend: ofAddress, settings: {} }
  const guess = didYouMean(name, [...known, ...Object.keys(backends), ...Object.keys(backendAliases)])
  throw new UsageError(`unknown backend or target ${name}${guess}`)
}

/** The backend in the name of a target that was given by its address. */
function backendInName(name: string): string | undefined {
  return /^(\w+):\/\/[0-9a-f]{8}$/.exec(name)?.[1]
}

/** `-o` behind a `-b`: the backend has to know it. */
async function readOverrides(target: Target, options: Record<string, string>): Promise<Record<string, string>> {
  const overrides: Record<string, string> = {}
  for (const [key, value] of Object.entries(options)) {
    const name = await overrideName(target, key, value)
    if (name === undefined) {
      const known = Object.keys((await loadBackend(target.backend)).options)
      throw new UsageError(
        `-o ${key}: ${target.name} has no such option${didYouMean(key, known)} (known: ${known.join(', ')})`,
      )
    }
    overrides[name.name] = name.value
  }
  return overrides
}

/** `-o` before any `-b`: for every target that knows it, and at least one has to. */
async function shareOptions(selected: Selected[], options: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(options)) {
    let taken = false
    for (const { target, overrides } of selected) {
      const name = await overrideName(target, key, value)
      if (name === undefined) continue
      taken = true
      overrides[name.name] ??= name.value
    }
    if (taken) continue
    const known: string[] = []
    for (const { target } of selected) known.push(...Object.keys((await loadBackend(target.backend)).options))
    throw new UsageError(`-o ${key}: no target has such an option${didYouMean(key, known)}`)
  }
}

async function overrideName(
  target: Target,
  key: string,
  value: string,
): Promise<{ name: string; value: string } | undefined> {
  if (target.backend === '') throw new ConfigError(`${target.name} names no backend (backend: ...)`)
  const { options, freeOptions } = await loadBackend(target.backend)
  if (freeOptions) return { name: key, value }
  const name = findOption(options, key)
  const option = name === undefined ? undefined : options[name]
  if (name === undefined || option === undefined) return undefined
  const result = readOption(option, value)
  if ('problem' in result) throw new UsageError(`-o ${key}: ${result.problem}`)
  // The process that delivers has another working directory.
  return { name, value: isPath(option, value) ? pathOverride(value) : value }
}

function pathOverride(path: string): string {
  if (path.startsWith('~/')) return pathFrom(path, undefined)
  try {
    return resolve(path)
  } catch {
    throw new UsageError(`${path}: the working directory is gone: expected an absolute path`)
  }
}
