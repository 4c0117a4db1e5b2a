// The error that carries an HTTP status through the chain to the nearest error page.
// Its message may be shown to strangers, so it must never hold anything but words of ours.
// See "Errors" in ./README.md.

const statusWords: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  426: "Upgrade Required",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** Thrown to answer with `status`; without a message it says the status in words. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message ?? statusWords[status] ?? `HTTP ${status}`, options);
    this.name = "HttpError";
    this.status = status;
  }
}

/** The status an error page answers with: an HttpError's own, 500 for everything else. */
export function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : 500;
}
