"""nginx in front of Standfirst, with a cache."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bench.servers import free_port, nginx

CACHE = """
proxy_cache_path {folder}/cache keys_zone=stories:10m max_size=256m;
upstream standfirst {{ server {site}; keepalive 32; }}
server {{ listen 127.0.0.1:{port};
  location / {{ proxy_pass http://standfirst; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host $host:{site_port}; proxy_set_header Accept-Encoding $http_accept_encoding;
    proxy_cache stories; proxy_cache_key $host$request_uri; proxy_cache_lock on; proxy_cache_revalidate on;
    proxy_cache_use_stale updating error timeout; proxy_cache_background_update on; }} }}
"""


@contextmanager
def nginx_cache(url: str) -> Iterator[str]:
    """Serve the site at ``url`` through nginx."""
    port, site = free_port(), urlsplit(url)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        block = CACHE.format(folder=folder, port=port, site=site.netloc, site_port=site.port)
        with nginx(block, folder, port) as address:
            yield address
