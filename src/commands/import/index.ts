import { join } from 'node:path'
import { defineCommand } from '../../cli/command.ts'
import { exists } from '../../config/find.ts'
import { codeOf, exitCode, messageOf, UsageError } from '../../platform/errors.ts'
import { readInput } from '../../platform/input.ts'
import { print, say } from '../../platform/output.ts'
import { home } from '../../platform/paths.ts'
import { readRegularFile } from '../../platform/regular-file.ts'
import { didYouMean } from '../../platform/suggest.ts'
import { oneLine } from '../../platform/text.ts'
import { importApprise } from './apprise.ts'
import { importDschep } from './dschep.ts'
import { Imported } from './imported.ts'
import { importKnockknock } from './knockknock.ts'
import { importNetdata } from './netdata.ts'
import { importNoti } from './noti.ts'
import { importShoutrrr } from './shoutrrr.ts'
import { importUndistractMe } from './undistract-me.ts'

/** A program whose configuration can be read. */
interface Source {
  /** Reads the text into what it becomes. */
  read(text: string, into: Imported, path: string): Promise<void> | void
  /** Where its file is, the first that is there; below the home folder unless absolute. */
  places: readonly string[]
  /** What is read where no file is named and none is there. */
  otherwise?(): string
}

const sources: Record<string, Source> = {
  noti: { read: importNoti, places: ['.config/noti/noti.yaml', '.config/noti/noti.yml'] },
  apprise: {
    read: importApprise,
    places: [
      '.apprise',
      '.apprise.conf',
      '.apprise.yml',
      '.apprise.yaml',
      '.config/apprise',
      '.config/apprise.conf',
      '.config/apprise.yml',
      '.config/apprise.yaml',
      '.config/apprise/apprise',
      '.config/apprise/apprise.conf',
      '.config/apprise/apprise.yml',
      '.config/apprise/apprise.yaml',
      '/etc/apprise',
      '/etc/apprise.conf',
      '/etc/apprise.yml',
      '/etc/apprise.yaml',
    ],
  },
  shoutrrr: { read: importShoutrrr, places: [] },
  netdata: {
    read: importNetdata,
    places: ['/etc/netdata/health_alarm_notify.conf', '/usr/lib/netdata/conf.d/health_alarm_notify.conf'],
  },
  dschep: { read: importDschep, places: ['.config/ntfy/ntfy.yml', '.ntfy.yml', '.ntfy.json'] },
  knockknock: { read: importKnockknock, places: [] },
  'undistract-me': { read: importUndistractMe, places: [], otherwise: environmentText },
}

/** No configuration is larger, in bytes. */
const largest = 4 * 1024 * 1024

export default defineCommand({
  name: 'import',
  words: 'PROGRAM [FILE]',
  summary: "print another program's configuration as one of ntfy",
  group: 'scripts',
  examples: [
    ['ntfy import noti', 'what ~/.config/noti/noti.yaml says'],
    ['ntfy import shoutrrr addresses.txt', 'a list of addresses'],
    ['ntfy import apprise > ntfy.yml', 'into a file, with what could not be carried over'],
  ],
  flags: {},
  maxWords: 2,
  takes: [],
  async run({ words: [program, file] }) {
    const known = Object.keys(sources)
    if (program === undefined) throw new UsageError(`import: expected a program (${known.join(', ')})`)
    const source = Object.hasOwn(sources, program) ? sources[program] : undefined
    if (source === undefined) {
      throw new UsageError(
        `import: unknown program ${program}${didYouMean(program, known)} (known: ${known.join(', ')})`,
      )
    }
    const imported = new Imported()
    const { text, path } = textOf(program, source, file)
    await source.read(text, imported, path)
    print(await imported.text(program))
    if (!process.stdout.isTTY) for (const one of imported.lost) say.warning(oneLine(`not carried over: ${one}`))
    return exitCode.ok
  },
})

/** @throws UsageError there is no such file */
function textOf(program: string, { places, otherwise }: Source, file: string | undefined) {
  if (file === '-') return { text: readInput(largest).text, path: '' }
  const found = file ?? places.map((place) => join(place.startsWith('/') ? '/' : (home() ?? '/'), place)).find(exists)
  if (found === undefined) {
    if (otherwise !== undefined) return { text: otherwise(), path: '' }
    const looked = places.length === 0 ? '' : ` (there is no ~/${places[0]})`
    throw new UsageError(`import ${program}: expected a FILE, or - for stdin${looked.replace('~//', '/')}`)
  }
  try {
    return {
      text: readRegularFile(found, largest)
        .toString('utf8')
        .replace(/^\uFEFF/, ''),
      path: found,
    }
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : messageOf(error)
    throw new UsageError(`import ${program}: ${found}: ${reason}`)
  }
}

/** The variables that are set. */
function environmentText(): string {
  return Object.entries(process.env)
    .map(([name, value = '']) => `${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join('')
}
