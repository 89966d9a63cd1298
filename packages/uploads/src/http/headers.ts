import type { UploadedFile } from '../uploaded-file.ts'

/** XEP-0363 §8: web clients come from anywhere. */
export const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'OPTIONS, HEAD, GET, PUT',
  'access-control-allow-headers': 'Authorization, Content-Type, Range, If-Range, If-None-Match',
  'access-control-expose-headers': 'Content-Length, Content-Range, Accept-Ranges, ETag',
  'access-control-max-age': '7200',
}

/** XEP-0363 §9.1: what users upload never runs, whatever it says it is. */
export const ISOLATION: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'cross-origin',
}

/** What browsers only look at; anything else they are told to save. SVG and HTML can hold programs. */
const SHOWN = /^(?:image\/(?:avif|gif|heic|jpe?g|jxl|png|webp)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/

/** Type without its parameters, in lower case. */
export function essenceOf(type: string): string {
  return (type.split(';')[0] ?? '').trim().toLowerCase()
}

export function contentType({ type }: UploadedFile): string {
  const essence = essenceOf(type)
  return essence === 'text/plain' ? 'text/plain; charset=utf-8' : essence
}

/** RFC 6266, RFC 8187. */
export function contentDisposition({ name, type }: UploadedFile): string {
  const how = SHOWN.test(essenceOf(type)) ? 'inline' : 'attachment'
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `${how}; filename*=UTF-8''${encoded}`
}

/** What is under a key never changes. */
export function cacheControl({ expires }: UploadedFile, now = Date.now()): string {
  return `private, max-age=${Math.max(0, Math.floor((expires - now) / 1000))}, immutable`
}
