import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfy } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'

/** The problems of a configuration, without the file's name. */
async function problemsOf(text: string): Promise<string[]> {
  const { home, env } = temporaryHome()
  const file = join(home, '.ntfy.yml')
  writeFileSync(file, text, { mode: 0o600 })
  const { code, stdout } = await ntfy(['config', 'check'], { env })
  const problems = stdout.split('\n').filter((line) => line.startsWith(`${file}:`))
  expect(code).toBe(problems.length > 0 ? 78 : 0)
  return problems.map((line) => line.slice(file.length + 1))
}

const phone = (rules: string) => `phone:\n  backend: ntfy_sh\n  topic: mine\n  ${rules}\n`

describe('rules that are fine', () => {
  it.each([
    phone('when: {status: failure, longer_than: 5m}'),
    phone('when: {status: [success, signal], shorter_than: 1h30m, away: true, source: [done, hook]}'),
    phone('when: {host: [a, b], command: [make test, /^cargo/], not_command: make lint, hours: "22:00-07:00"}'),
    phone('when: {Longer-Than: 90, hours: ["22:00-07:00", "12:00-13:00"]}'),
    phone('limit: 10/hour\n  dedupe: 10m\n  quiet: {hours: "22:00-07:00", except: high}'),
    phone('limit: false\n  dedupe: false\n  quiet: false\n  fallback: desktop\n  fallback_after: 5m'),
    phone('escalate: {to: desktop, after: 2m}'),
    'quiet: "22:00-07:00"\nlimit: 3/10m\ndedupe: 90\nfallback: desktop\nfallback_after: 10m\nescalate: {to: desktop, after: 90}\n',
    'ignore: [cowsay, ping -c, /^docker logs/]\nalways: [make test, failure]\n',
    'ignore: cowsay\nalways: make test\n',
    'ignore: []\nalways: []\n',
    phone('limit: 2/h'),
    phone('limit: 3 per hours'),
  ])('%s', async (text) => {
    expect(await problemsOf(text)).toEqual([])
  })
})

describe('every mistake in a rule is named, with its line, and what was expected', () => {
  it.each<[string, string]>([
    [phone('when: failure'), '4: phone.when: expected conditions (status, '],
    [phone('when: {stauts: failure}'), '4: phone.when.stauts: unknown condition; did you mean status?'],
    [phone('when: {status: failed}'), '4: phone.when.status: expected success, failure or signal'],
    [phone('when: {status: []}'), '4: phone.when.status: expected success, failure or signal: an empty list can'],
    [phone('when: {longer_than: soon}'), '4: phone.when.longer_than: expected seconds or a duration (90, 5m, 1h30m)'],
    [phone('when: {longer_than: 5m, shorter_than: 4m}'), '4: phone.when.longer_than: can never be true'],
    [phone('when: {shorter_than: 0}'), '4: phone.when.shorter_than: nothing is shorter than 0 s'],
    [phone('when: {away: maybe}'), '4: phone.when.away: expected true or false'],
    [
      phone('when: {source: hooks}'),
      '4: phone.when.source: expected send, done, hook, agent or received; did you mean hook?',
    ],
    [phone('when: {hours: night}'), '4: phone.when.hours: expected hours (22:00-07:00)'],
    [
      phone('when: {hours: "07:00-07:00"}'),
      '4: phone.when.hours: hours that begin and end at the same time never apply',
    ],
    [phone('when: {command: /(/}'), '4: phone.when.command: /(/ is not a valid regular expression'],
    [phone('when: {command: make, not_command: make}'), '4: phone.when.not_command: can never be true'],
    [phone('when: {command: make test, not_command: make}'), '4: phone.when.not_command: can never be true'],
    [phone('when: {status: fail}'), '4: phone.when.status: expected success, failure or signal; did you mean failure?'],
    [
      phone('quiet: {hours: "22:00-07:00", except: loud}'),
      '4: phone.quiet.except: expected a priority (min, low, default,',
    ],
    [phone('quiet: {except: high}'), '4: phone.quiet: expected hours (22:00-07:00)'],
    [phone('limit: many'), '4: phone.limit: expected a number per time (10/hour, 3/10m)'],
    [phone('limit: 0/hour'), '4: phone.limit: expected a number per time (10/hour, 3/10m)'],
    [phone('dedupe: often'), '4: phone.dedupe: expected seconds or a duration (90, 5m, 1h30m)'],
    [phone('fallback: desktpo'), '4: phone.fallback: unknown target desktpo; did you mean desktop?'],
    [phone('fallback: phone'), '4: phone.fallback: phone is this target itself: expected another target'],
    [phone('fallback_after: 5m'), '4: phone.fallback_after: has no effect without fallback'],
    [phone('escalate: {to: phone, after: 2m}'), '4: phone.escalate.to: phone is this target itself'],
    [phone('escalate: {to: nobody, after: 2m}'), '4: phone.escalate.to: unknown target nobody'],
    [phone('escalate: {to: desktop}'), '4: phone.escalate: expected seconds or a duration (90, 5m, 1h30m)'],
    [phone('escalate: desktop'), '4: phone.escalate: expected a target and a time ({to: phone, after: 2m})'],
    ['title: x\nfallback: desktpo\n', '2: fallback: unknown target desktpo; did you mean desktop?'],
    ['limit: 10\n', '1: limit: expected a number per time (10/hour, 3/10m)'],
    ['groups: {all: [desktop]}\nfallback: all\n', '2: fallback: all is a group: expected a single target'],
    ['always: {a: b}\n', '1: always: expected a string or a list of strings'],
    ['ignore: [/(/]\n', '1: ignore: /(/ is not a valid regular expression'],
  ])('%s', async (text, expected) => {
    const problems = await problemsOf(text)
    expect(problems).toEqual([expect.stringContaining(expected)])
    expect(problems[0]?.startsWith(expected)).toBe(true)
  })
})
