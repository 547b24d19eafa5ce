import type { Question } from './question.ts'

/** What is said of a command that waits; `a command` stands before it. */
export function phraseOfQuestion(wants: Question['wants'] | string): string {
  return Object.hasOwn(phrases, wants) ? phrases[wants as Question['wants']] : phrases.answer
}

const phrases: Record<Question['wants'], string> = {
  answer: 'waits for an answer',
  password: 'waits for a password',
  input: 'may be waiting for input',
  terminal: 'wants to read the terminal (fg lets it go on)',
}
