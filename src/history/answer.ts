import { appendLines } from '../platform/lines.ts'
import { beginningOf } from './beginning.ts'
import { type AnswerLine, logFile, rotateAt } from './log.ts'

/** Notes who answered a question, and what. */
export async function logAnswer(about: {
  id: string
  target: string
  backend: string
  question: string
  answer: string
  by?: string
}): Promise<void> {
  const path = logFile()
  if (path === undefined) return
  const { id, target, backend, question, answer, by } = about
  const answered = new Date().toISOString()
  const [{ text: title }, { text }] = [await beginningOf({ message: question }), await beginningOf({ message: answer })]
  const line: AnswerLine = { id, target, backend, title, answer: text, ...(by !== undefined && { by }), answered }
  appendLines(path, [line], rotateAt)
}
