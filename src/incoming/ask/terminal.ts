import { closeSync, openSync, writeSync } from 'node:fs'
import { isatty, ReadStream } from 'node:tty'
import { type Asked, answerIn, type Reply } from '../../backends/contract/question.ts'
import { TransientError } from '../../platform/errors.ts'
import { oneLine, plainText } from '../../platform/text.ts'
import { readStat } from '../../process/proc.ts'
import type { View } from './view.ts'

/** Is there a terminal that may be read? Who reads one from the background is stopped (man 4 tty_ioctl, SIGTTIN). */
export function hasTerminal(): boolean {
  if (!isatty(0) && !isatty(2)) return false
  const stat = readStat('self')
  if (stat !== undefined && stat.pgrp !== stat.tpgid) return false
  const descriptor = openTerminal()
  if (descriptor === undefined) return false
  closeSync(descriptor)
  return true
}

/** Asks on the terminal: a line that is typed answers. */
export function askOnTerminal(view: View, signal: AbortSignal): Asked {
  const descriptor = openTerminal()
  if (descriptor === undefined) throw new TransientError('the terminal is gone')
  const terminal = new ReadStream(descriptor)
  const write = (text: string) => {
    try {
      writeSync(descriptor, text)
    } catch {}
  }
  const choices = [...view.words, ...(view.freeText ? ['a text'] : [])].map(oneLine)
  const prompt = `[${choices.join('/')}] `
  write(`${plainText(view.text)} ${prompt}`)
  let answered = false
  const reply = new Promise<Reply>((resolve, reject) => {
    lines(terminal, (line) => {
      const answer = answerIn(line, view) ?? initial(line, view.words)
      if (answer === undefined) return write(line.trim() === '' ? prompt : `expected ${choices.join(' or ')}: `)
      answered = true
      resolve({ answer, by: process.env['LOGNAME'] || process.env['USER'] || 'the terminal' })
    })
    const gone = () => reject(new TransientError('the terminal was closed'))
    terminal.on('end', gone).on('error', gone)
  })
  reply.catch(() => {})
  signal.addEventListener('abort', () => terminal.pause())
  return {
    reply,
    async close(ending) {
      terminal.pause()
      if (!answered) write(`\n${oneLine(ending)}\n`)
    },
  }
}

function openTerminal(): number | undefined {
  for (const path of ['/dev/tty', '/dev/stdin']) {
    try {
      const descriptor = openSync(path, 'r+')
      if (isatty(descriptor)) return descriptor
      closeSync(descriptor)
    } catch {}
  }
  return undefined
}

function lines(terminal: ReadStream, take: (line: string) => void): void {
  let typed = ''
  terminal.setEncoding('utf8').on('data', (piece: string) => {
    const parts = (typed + piece).split(/\r?\n/)
    typed = (parts.pop() ?? '').slice(-16 * 1024)
    for (const line of parts) take(line)
  })
}

/** `y` and `n`, where one answer alone begins with that. */
function initial(line: string, words: readonly string[]): string | undefined {
  const letter = line.trim().toLowerCase()
  const found = letter.length === 1 ? words.filter((word) => word.toLowerCase().startsWith(letter)) : []
  return found.length === 1 && /^(?:yes|no)$/i.test(found[0] ?? '') ? found[0] : undefined
}
