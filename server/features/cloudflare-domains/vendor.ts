// The DNS host this noun of the API stands for. Nothing else here depends on which one it is.

export const VENDOR = 'cloudflare';
export const TITLE = 'Cloudflare';
