/** Tokens that every server of the tests knows, for administration over HTTP. */
export const ADMIN_TOKENS = {
  all: 'token-of-the-tests-that-may-do-everything',
  reader: 'token-of-the-tests-that-may-only-read',
} as const

/** The section `adminApi` of the configuration. */
export const adminApiSection = {
  tokens: [
    {
      name: 'all',
      scopes: ['read', 'users', 'sessions', 'rooms', 'announce', 'operate'],
      password: ADMIN_TOKENS.all,
    },
    { name: 'reader', scopes: ['read'], password: ADMIN_TOKENS.reader },
  ],
}
