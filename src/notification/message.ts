import { formatDuration, roughDuration } from '../platform/duration.ts'
import { localTime } from '../platform/local-time.ts'
import { oneLine } from '../platform/text.ts'
import type { Outcome } from './index.ts'

/** Longest command that a message quotes, in characters: more is of no use on a phone. */
const longestCommand = 1024

/** dschep/ntfy's sentence: `✅ "make build" succeeded in 1:02 minutes`, the output's last lines below it. */
export function outcomeMessage(outcome: Outcome, options: { emoji: boolean }): string {
  const mark = options.emoji ? (failed(outcome) ? '❌ ' : '✅ ') : ''
  const time = outcome.durationMs === undefined ? '' : ` in ${formatDuration(outcome.durationMs)}${unusual(outcome)}`
  const sentence = `${mark}${subject(outcome)} ${verb(outcome)}${time}`
  return outcome.output ? `${sentence}:\n${outcome.output}` : sentence
}

/** The same for a watched process, whose status nobody but its parent can know. */
export function processMessage(pid: number, outcome: Outcome): string {
  return `${subjectOfProcess(pid, outcome)} finished in ${formatDuration(outcome.durationMs ?? 0)}`
}

/** What a command does, or needs, that runs. */
export function runningMessage(pid: number | undefined, phrase: string, outcome: Outcome): string {
  const what = pid === undefined ? subject(outcome) : subjectOfProcess(pid, outcome)
  return `${what} ${phrase}${outcome.output ? `: ${outcome.output}` : ''}`
}

/** What became of a command whose ntfy did not see its end. */
export type LostJob = { kind: 'restarted'; at: Date; after: number } | { kind: 'killed' } | { kind: 'unseen' }

/** `"make" never ended: the machine was restarted at 14:02, 3h after it began`. */
export function lostMessage(lost: LostJob, outcome: Outcome, options: { emoji: boolean }): string {
  const mark = options.emoji ? '❌ ' : ''
  if (lost.kind === 'killed') {
    const what = outcome.command === undefined ? 'a command' : quotable(outcome.command)
    return `${mark}ntfy was killed while ${what} ran`
  }
  if (lost.kind === 'restarted') {
    const when = `at ${localTime(lost.at.toISOString())}, ${roughDuration(lost.after)} after it began`
    return `${mark}${subject(outcome)} never ended: the machine was restarted ${when}`
  }
  const time = formatDuration(outcome.durationMs ?? 0)
  return `${subject(outcome)} ended in ${time}, status unknown: ntfy was killed while it ran`
}

/** From how late on a message says when it happened, in milliseconds. */
const lateFrom = 5 * 60_000

/** What is added to a message that arrives late; nothing to one in time. */
export function lateNote(time: string, now: Date): string {
  const happened = new Date(time)
  if (now.getTime() - happened.getTime() < lateFrom) return ''
  const two = (number: number) => String(number).padStart(2, '0')
  const offset = -happened.getTimezoneOffset()
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
  const day = [happened.getFullYear(), two(happened.getMonth() + 1), two(happened.getDate())].join('-')
  const clock = [happened.getHours(), happened.getMinutes(), happened.getSeconds()].map(two).join(':')
  return `\n(late: this happened at ${day} ${clock} ${zone})`
}

function subjectOfProcess(pid: number, { command }: Outcome): string {
  return command === undefined ? `PID[${pid}]` : `PID[${pid}]: "${quotable(command)}"`
}

function subject(outcome: Outcome): string {
  return outcome.command === undefined ? 'Your command' : `"${quotable(outcome.command)}"`
}

function quotable(command: string): string {
  const line = oneLine(command).trim()
  return line.length > longestCommand ? `${line.slice(0, longestCommand).toWellFormed()}…` : line
}

/** ` (usually 3:10)` where it took less than half of that, or more than twice as long. */
function unusual({ durationMs = 0, usualMs }: Outcome): string {
  if (usualMs === undefined || (durationMs >= usualMs / 2 && durationMs <= usualMs * 2)) return ''
  const [usual, took] = [usualMs, durationMs].map(formatDuration)
  const [number, unit = ''] = usual?.split(' ') ?? []
  return ` (usually ${took?.endsWith(` ${unit}`) ? number : usual})`
}

function failed(outcome: Outcome): boolean {
  return outcome.signal !== undefined || (outcome.status ?? 0) !== 0
}

function verb(outcome: Outcome): string {
  if (outcome.signal !== undefined)
    return `was killed by ${outcome.signal}${outcome.outOfMemory ? ' (out of memory)' : ''}`
  return failed(outcome)
    ? `failed (code ${outcome.status}${outcome.outOfMemory ? ', out of memory' : ''})`
    : 'succeeded'
}
