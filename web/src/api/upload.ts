import { isProblem, ProblemError, plainProblem } from "./problem";
import { accessToken } from "./session";
import type { Job } from "./types";

/** Sends one file. XMLHttpRequest, because fetch can't report how much has been sent. */
export async function upload(
  file: File,
  fields: Readonly<Record<string, string>>,
  sent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Job> {
  const token = await accessToken();
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/uploads");
    request.responseType = "json";
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.upload.onprogress = (event) => sent(Math.min(event.loaded, file.size));
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request.response as Job);
      else if (isProblem(request.response)) reject(new ProblemError(request.response));
      else
        reject(
          new ProblemError(
            plainProblem(request.status, `The server answered with HTTP ${request.status}.`, null),
          ),
        );
    };
    request.onerror = () =>
      reject(new ProblemError(plainProblem(0, "The connection broke during the upload.", null)));
    request.onabort = () => reject(new DOMException("cancelled", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}
