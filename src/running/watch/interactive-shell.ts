import { basename } from 'node:path'

const shells = /^-?((ba|da|k|mk|z|fi)?sh|ash|busybox)$/

/** Is this the command line of a shell that takes commands, and not of one that runs a script? */
export function isInteractiveShell([program = '', ...words]: string[]): boolean {
  return isShell(program) && words.every((word) => /^(-[il]+|--.*|a?sh)$/.test(word))
}

/** Is this the name of a shell, as the first word of a command line? */
export function isShell(program: string): boolean {
  return shells.test(basename(program))
}
