"""What docs/asvs.md says there is none of, there is none of: read from the source itself."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.source import PACKAGE, ROOT, Module, plant
from tests.house.source import modules as read

SCRIPTS = PACKAGE / "web" / "static" / "holdfast"
TEMPLATES = PACKAGE / "web" / "templates"

XML = {"xml", "lxml", "defusedxml", "html.parser", "bs4"}
DIRECTORIES = {"ldap", "ldap3", "memcache", "pymemcache", "redis"}
OBJECTS = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle"}
SIGN_ON = {"allauth.socialaccount", "saml2", "onelogin", "authlib", "jwt", "jose", "oauthlib"}
MEDIA = {"aiortc", "cv2", "av"}
NATIVE = {"ctypes", "cffi", "mmap"}
MARKUP = {"markdown", "docutils", "mistune", "jinja2", "mako", "bleach", "nh3"}
# The demonstration makes up people; the same seed gives the same people.
CHANCE_OF_NO_CONSEQUENCE = ("cli/demonstration/", "cli/courses/")


@cache
def modules(folder: Path) -> tuple[Module, ...]:
    """Every file of a folder, read once."""
    return tuple(read(folder))


def imported(folder: Path) -> dict[str, set[str]]:
    """Every module that a file of the product imports, by file; with the names taken from it."""
    found: dict[str, set[str]] = {}
    for module in modules(folder):
        names = found.setdefault(module.name, set())
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def users_of(folder: Path, unwanted: set[str]) -> list[str]:
    """Files that import one of these modules, or a part of one."""
    starts = tuple(f"{name}." for name in unwanted)
    return sorted(
        file
        for file, names in imported(folder).items()
        if any(name in unwanted or name.startswith(starts) for name in names)
    )


def calls(folder: Path, unwanted: set[str]) -> list[str]:
    """``file:line`` of each call of one of these names, written bare or with its module."""
    return [
        f"{module.name}:{node.lineno}"
        for module in modules(folder)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in unwanted
    ]


def scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(SCRIPTS.glob("*.js")))


def pages() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.html")))


def test_there_is_no_single_sign_on():
    assert users_of(PACKAGE, SIGN_ON) == []
    settings = (PACKAGE / "settings.py").read_text("utf-8")
    assert "socialaccount" not in settings


def test_no_xml_is_read():
    assert users_of(PACKAGE, XML) == []


def test_no_directory_and_no_shared_cache_is_asked():
    assert users_of(PACKAGE, DIRECTORIES) == []
    assert "CACHES" not in (PACKAGE / "settings.py").read_text("utf-8")


def test_no_stored_object_is_brought_to_life():
    assert users_of(PACKAGE, OBJECTS) == []
    assert "SESSION_SERIALIZER" not in (PACKAGE / "settings.py").read_text("utf-8")


def test_no_text_is_run_as_a_program():
    assert calls(PACKAGE, {"eval", "exec", "compile", "os.system", "os.popen", "__import__"}) == []
    with_a_shell = [
        f"{module.name}:{node.lineno}"
        for module in modules(PACKAGE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert with_a_shell == []


def test_no_page_is_made_of_somebodys_words():
    """Templates are files of ours: no word of a person is ever compiled as one."""
    unwanted = {"Template", "engines.from_string", "Engine.from_string", "from_string"}
    assert calls(PACKAGE, unwanted) == []
    assert "|safe" not in pages()
    assert "autoescape off" not in pages()


def test_what_is_markup_by_our_word_is_on_a_list():
    """Pictures of codes to scan are drawn from numbers by their library."""
    found = {place.split(":")[0] for place in calls(PACKAGE, {"mark_safe", "SafeString"})}
    assert found <= {"web/account/own.py", "web/pharmacy/labels.py", "web/staff/inviting.py"}


def test_no_language_of_markup_is_taken():
    assert users_of(PACKAGE, MARKUP) == []


def test_no_memory_is_managed_by_hand():
    assert users_of(PACKAGE, NATIVE) == []


def test_there_are_no_calls_of_sound_or_picture():
    assert users_of(PACKAGE, MEDIA) == []
    assert "RTCPeerConnection" not in scripts()


def test_chance_that_must_not_be_guessed_is_not_the_plain_one():
    found = users_of(PACKAGE, {"random"})
    assert {name for name in found if not name.startswith(CHANCE_OF_NO_CONSEQUENCE)} == set()


def test_no_broken_sum_and_no_weak_cipher_is_used():
    names = {"hashlib.md5", "hashlib.sha1", "md5", "sha1", "modes.ECB", "modes.CBC", "PKCS1v15"}
    assert calls(PACKAGE, names) == []
    used = {
        name.rpartition(".")[2]
        for names in imported(PACKAGE).values()
        for name in names
        if name.startswith("cryptography.hazmat.primitives.")
    }
    assert used <= {
        "AESGCM",
        "HKDF",
        "SHA256",
        "Ed25519PrivateKey",
        "Ed25519PublicKey",
        "X25519PrivateKey",
        "X25519PublicKey",
        "Encoding",
        "PublicFormat",
        "ECDSA",
        "SECP256R1",
        "EllipticCurvePublicKey",
        "load_der_public_key",
        "encode_dss_signature",
        "utils",
        "aead",
        "asymmetric",
        "ec",
        "ed25519",
        "hashes",
        "hkdf",
        "kdf",
        "serialization",
        "x25519",
    }


def test_there_is_no_query_language():
    assert users_of(PACKAGE, {"graphene", "strawberry", "ariadne", "graphql"}) == []


def patterns_of_data(folder: Path) -> list[str]:
    """``file:line`` of a pattern that is put together from anything but other patterns of ours."""
    found = []
    for module in modules(folder):
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            if not re.fullmatch(r"re\.\w+", ast.unparse(node.func)) or "escape" in ast.unparse(
                node
            ):
                continue
            if not _is_ours(node.args[0]):
                found.append(f"{module.name}:{node.lineno}")
    return found


def _is_ours(pattern: ast.expr) -> bool:
    """A text of ours, texts of ours side by side, or a constant's name."""
    if isinstance(pattern, ast.Constant):
        return True
    if isinstance(pattern, ast.Name | ast.Attribute):
        return ast.unparse(pattern).rpartition(".")[2].isupper()
    if isinstance(pattern, ast.JoinedStr):
        parts = [each.value for each in pattern.values if isinstance(each, ast.FormattedValue)]
        return all(_is_ours(each) for each in parts)
    if isinstance(pattern, ast.BinOp):
        return _is_ours(pattern.left) and _is_ours(pattern.right)
    return False


def test_no_pattern_is_made_of_data():
    assert patterns_of_data(PACKAGE) == []


def test_no_script_of_ours_makes_markup_of_text():
    unwanted = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
    )
    assert re.findall(unwanted, scripts()) == []


def test_no_script_of_ours_listens_to_other_windows():
    """A broadcast channel reaches pages of the same origin alone; a window hears everybody."""
    listens = r"(?:window|self|globalThis)\.(?:addEventListener\(\s*.message|onmessage)"
    assert re.findall(listens, scripts()) == []
    assert re.findall(r"^\s*addEventListener\(\s*.message", scripts(), re.MULTILINE) == []
    assert scripts().count("postMessage") == scripts().count("news.postMessage")


def test_no_page_needs_a_plug_in():
    assert re.findall(r"<(?:object|embed|applet|iframe|frame)\b", pages()) == []


def test_no_page_loads_anything_from_elsewhere():
    loads = re.findall(r'(?:src|action|formaction|poster)="(https?:|//)', pages())
    assert loads == []
    assert re.findall(r'<link[^>]*href="(?:https?:)?//', pages()) == []
    assert re.findall(r"""(?:fetch|open)\(\s*["'`](?:https?:)?//""", scripts()) == []


def test_the_browser_keeps_no_words_in_the_clear():
    """Nothing in local or session storage; what a room's device keeps is sealed there."""
    assert re.findall(r"localStorage|sessionStorage|document\.cookie", scripts()) == []
    for path in SCRIPTS.glob("*.js"):
        text = path.read_text("utf-8")
        if "indexedDB" in text:
            assert "crypto.subtle" in text, path.name
            assert re.search(r"generateKey\([^;]*\bfalse\b", text), path.name


def test_no_script_of_ours_lets_a_key_of_data_reach_a_prototype():
    """Data of a person becomes keys of a ``Map`` or stays a value; no object takes unknown keys."""
    assert re.findall(r"__proto__|\.prototype\b", scripts()) == []
    assert re.findall(r"Object\.assign\(\s*(?!document\.createElement)", scripts()) == []


def test_no_debugging_and_no_trial_is_shipped():
    assert users_of(PACKAGE, {"pdb", "debug_toolbar", "silk", "pytest", "unittest"}) == []
    settings = (PACKAGE / "settings.py").read_text("utf-8")
    assert re.search(r"^DEBUG = False$", settings, re.MULTILINE)
    assert not re.search(r"environ.*DEBUG", settings)


def test_no_secret_is_in_the_source():
    """Keys are files and variables of the machine; the demonstration's one password says what it is."""
    found = [
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, hit.start()) + 1}"
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in {".py", ".toml", ".html", ".js", ".txt"}
        for text in [path.read_text("utf-8")]
        for hit in re.finditer(
            r"BEGIN (?:RSA |EC )?PRIVATE KEY|AKIA[0-9A-Z]{16}|"
            r"""(?i:\b(?:secret_key|api_key|token|password)\b)\s*=\s*["'][^"'{}%\s]{12,}["']""",
            text,
        )
    ]
    assert [place for place in found if "demonstration" not in place] == []


@pytest.mark.parametrize(
    ("text", "judge"),
    [
        ("import pickle\n", lambda f: users_of(f, OBJECTS)),
        ("from xml.etree import ElementTree\n", lambda f: users_of(f, XML)),
        ("from lxml import etree\n", lambda f: users_of(f, XML)),
        ("def a(b):\n    return eval(b)\n", lambda f: calls(f, {"eval"})),
        ("import os\nos.system('x')\n", lambda f: calls(f, {"os.system"})),
        ("import hashlib\nhashlib.md5(b'')\n", lambda f: calls(f, {"hashlib.md5"})),
        ("import re\ndef a(b):\n    return re.search(f'x{b}', 'y')\n", patterns_of_data),
        ("from random import Random\n", lambda f: users_of(f, {"random"})),
    ],
)
def test_what_there_is_none_of_would_be_found(tmp_path, text, judge):
    assert judge(plant(tmp_path, "offending.py", text)) != []
