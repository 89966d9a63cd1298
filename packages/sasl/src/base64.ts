/**
 * Strict base64 (RFC 4648 §4, as RFC 6120 §13.9.1 asks): no white space, no missing padding, no stray bits.
 * @returns undefined when the text is anything else
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/**
 * The text of an `<auth/>` element as the input of a dialogue's first step.
 * @returns null when there is no initial response, undefined when it isn't base64 (`incorrect-encoding`)
 */
export function decodeInitialResponse(text: string): Buffer | null | undefined {
  if (text === '') return null
  // RFC 6120 §6.4.2: a single equals sign is an initial response of no bytes.
  return text === '=' ? Buffer.alloc(0) : decodeBase64(text)
}
