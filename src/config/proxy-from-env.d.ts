/** The package brings no types of its own. */
declare module 'proxy-from-env' {
  /** Empty where no proxy stands between here and `url`. */
  export function getProxyForUrl(url: string): string;
}
