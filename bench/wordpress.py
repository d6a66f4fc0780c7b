"""WordPress as Debian packages it, with nginx, PHP-FPM and MariaDB, all in a folder that is removed afterwards.

The packages are fetched and unpacked, never installed: nothing is put into the system, no
service is started there, and no root is needed. PHP has its opcode cache, WordPress no plugin
that stores pages, as Debian brings none.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.servers import NotMeasured, fetch, free_port, nginx, running, wait_until

PACKAGES = ("wordpress", "wordpress-theme-twentytwentythree", "php8.2-fpm", "php-mysql", "mariadb-server")
MODULES = ("mysqlnd", "mysqli", "gd", "exif", "fileinfo", "iconv", "ctype", "tokenizer", "posix")
FETCH_SECONDS_MAX = 300
PHP_PROCESSES = 4

SITE = """
server {{ listen 127.0.0.1:{port}; root {root}/usr/share/wordpress; index index.php; gzip on; gzip_types text/css;
  location / {{ try_files $uri $uri/ /index.php?$args; }}
  location ~ \\.php$ {{ fastcgi_pass unix:{folder}/php.sock;
    fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
    fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
    fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
    fastcgi_param REQUEST_URI $request_uri; fastcgi_param DOCUMENT_URI $document_uri;
    fastcgi_param SERVER_PROTOCOL $server_protocol; fastcgi_param REMOTE_ADDR $remote_addr;
    fastcgi_param SERVER_NAME $server_name; fastcgi_param SERVER_PORT $server_port;
    fastcgi_param HTTP_HOST $http_host; }} }}
"""
POOL = """
[global]
daemonize = no
error_log = {folder}/php.log
[www]
listen = {folder}/php.sock
listen.mode = 0666
pm = static
pm.max_children = {processes}
"""
CONFIG = """<?php
define('DB_NAME', 'wordpress'); define('DB_USER', 'root'); define('DB_PASSWORD', '');
define('DB_HOST', 'localhost:{folder}/db.sock'); define('DB_CHARSET', 'utf8mb4'); define('DB_COLLATE', '');
define('WP_CONTENT_DIR', '{root}/usr/share/wordpress/wp-content'); define('DISABLE_WP_CRON', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); define('WP_AUTO_UPDATE_CORE', false);
$table_prefix = 'wp_';
if (!defined('ABSPATH')) define('ABSPATH', '{root}/usr/share/wordpress/');
require_once ABSPATH . 'wp-settings.php';
"""
# All that is written comes from this machine, which WordPress would take for a flood.
NO_FLOOD = "<?php add_filter('wp_is_comment_flood', '__return_false', 99);"
INSTALL = """<?php
$_SERVER += ['HTTP_HOST' => '127.0.0.1:{port}', 'SERVER_NAME' => '127.0.0.1', 'REQUEST_URI' => '/',
  'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
define('WP_INSTALLING', true); define('WP_SITEURL', 'http://127.0.0.1:{port}');
require '{root}/usr/share/wordpress/wp-load.php'; require ABSPATH . 'wp-admin/includes/upgrade.php';
function wp_new_blog_notification($title, $url, $user, $password) {{}}
wp_install('The Ostrey Lantern', 'host', 'host@example.org', true, '', 'not-used');
update_option('siteurl', 'http://127.0.0.1:{port}'); update_option('home', 'http://127.0.0.1:{port}');
switch_theme('twentytwentythree');
$told = json_decode(file_get_contents('{folder}/story.json'), true);
$post = wp_insert_post(['post_title' => $told['title'], 'post_content' => $told['html'], 'post_status' => 'publish',
  'post_author' => 1, 'comment_status' => 'open']);
update_option('comment_previously_approved', 0); update_option('require_name_email', 0);
foreach ($told['comments'] as $number => $text)
  wp_insert_comment(['comment_post_ID' => $post, 'comment_approved' => 1, 'comment_author' => "Reader $number",
    'comment_author_email' => "reader$number@example.org", 'comment_content' => $text]);
echo $post;
"""


@contextmanager
def wordpress(folder: Path, story: dict[str, Any]) -> Iterator[str]:
    """Serve a WordPress whose newest post is ``story`` (title, html, comments); yield the post's address."""
    folder.chmod(0o755)
    root = unpacked(folder)
    port = free_port()
    names = {"folder": folder, "root": root, "port": port, "processes": PHP_PROCESSES}
    (folder / "story.json").write_text(json.dumps(story), encoding="utf-8")
    (folder / "pool.conf").write_text(POOL.format(**names), encoding="utf-8")
    (folder / "php.ini").write_text(php_ini(root), encoding="utf-8")
    (folder / "install.php").write_text(INSTALL.format(**names), encoding="utf-8")
    (root / "usr/share/wordpress/wp-config.php").write_text(CONFIG.format(**names), encoding="utf-8")
    plugins = root / "usr/share/wordpress/wp-content/mu-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    (plugins / "no-flood.php").write_text(NO_FLOOD, encoding="utf-8")
    libraries = {"LD_LIBRARY_PATH": ":".join(str(root / each) for each in library_folders(root))}
    with ExitStack() as stack:
        stack.enter_context(mariadb(folder, root, libraries))
        post = said(str(root / "usr/bin/php8.2"), "-c", f"{folder}/php.ini", f"{folder}/install.php", **libraries)
        as_root = ["-R"] if os.geteuid() == 0 else []
        fpm = (
            str(root / "usr/sbin/php-fpm8.2"),
            "-c",
            f"{folder}/php.ini",
            "-y",
            f"{folder}/pool.conf",
            "-F",
            *as_root,
        )
        stack.enter_context(running(*fpm, **libraries))
        wait_until((folder / "php.sock").exists, "PHP-FPM did not start")
        url = stack.enter_context(nginx(SITE.format(**names), folder, port))
        address = f"{url}/?p={post.split()[-1]}"
        shown = fetch(address)[1].count(b"Reader ")  # each comment's name
        if shown < len(story["comments"]):
            raise NotMeasured(f"WordPress shows {shown} of {len(story['comments'])} comments")
        yield address


def unpacked(folder: Path) -> Path:
    """Fetch the packages that the system lacks with what they need, and unpack them into a folder."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NotMeasured("WordPress is taken from Debian's packages, and this is not Debian")
    root, debs = folder / "root", folder / "debs"
    root.mkdir()
    debs.mkdir()
    plan = said("apt-get", "-s", "-o", "Debug::NoLocking=1", "install", "--no-install-recommends", *PACKAGES)
    lacking = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
    absent = set(PACKAGES) - set(lacking)
    if absent:
        raise NotMeasured(f"installed on this system already, and left alone: {', '.join(sorted(absent))}")
    said("apt-get", "download", *lacking, at=debs)
    for deb in sorted(debs.glob("*.deb")):
        said("dpkg", "-x", str(deb), str(root))
    return root


def library_folders(root: Path) -> Sequence[Path]:
    """Return where the unpacked shared libraries lie."""
    return sorted({path.parent.relative_to(root) for path in root.glob("**/lib/*-linux-gnu*/*.so*")})


def php_ini(root: Path) -> str:
    """Return PHP's settings: the unpacked modules, and the opcode cache as in production."""
    modules = next(root.glob("usr/lib/php/2*"))
    lines = [f"extension_dir={modules}", "zend_extension=opcache", "opcache.enable=1", "memory_limit=256M"]
    return "\n".join([*lines, *(f"extension={name}" for name in MODULES if (modules / f"{name}.so").exists())]) + "\n"


@contextmanager
def mariadb(folder: Path, root: Path, libraries: dict[str, str]) -> Iterator[None]:
    """Run a database server that listens on a socket in the folder alone."""
    data, socket, user = folder / "db", folder / "db.sock", f"--user={os.environ.get('USER') or 'root'}"
    places = (f"--basedir={root}/usr", f"--datadir={data}", user)
    given = ("--auth-root-authentication-method=normal", "--skip-test-db")
    said(str(root / "usr/bin/mariadb-install-db"), "--no-defaults", *places, *given, **libraries)
    (folder / "init.sql").write_text("CREATE DATABASE wordpress CHARACTER SET utf8mb4;", encoding="utf-8")
    options = (
        f"--socket={socket}",
        "--skip-networking",
        f"--init-file={folder}/init.sql",
        f"--pid-file={folder}/db.pid",
    )
    with running(str(root / "usr/sbin/mariadbd"), "--no-defaults", *places, *options, **libraries):
        wait_until(socket.exists, "MariaDB did not start")
        yield


def said(*command: str, at: Path | None = None, **environment: str) -> str:
    """Run a command and return what it said. NotMeasured if it fails."""
    done = subprocess.run(
        command,
        cwd=at,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=FETCH_SECONDS_MAX,
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NotMeasured(f"{Path(command[0]).name} failed: {' '.join(last) or done.returncode}")
    return done.stdout
