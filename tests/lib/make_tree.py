"""A tree of everything that an image can hold. Usage: make_tree.py FOLDER."""
import os, stat, sys

os.umask(0)
os.makedirs(sys.argv[1], exist_ok=True)
os.chdir(sys.argv[1])
os.chmod(".", 0o755)  # dockerd 20.10 does not keep it


def put(name, content=b"x", mode=0o644, owner=(0, 0)):
    with open(name, "wb") as f:
        f.write(content)
    os.chown(name, *owner)
    os.chmod(name, mode)


put("plain", b"content\n")
put("setuid", mode=0o4755, owner=(1000, 1001))
put("setgid", mode=0o2711, owner=(7, 8))
put("big-ids", owner=(3000000, 4000000))
put(b"bytes-\xff\xfe-\n-name")
put("n" * 255)
put("\u00fcml\u00e4ut \u65e5\u672c")
put("attributes")
os.setxattr("attributes", "user.note", b"one\0two\xff")
os.setxattr("attributes", "security.capability", bytes.fromhex("0100000200040000000000000000000000000000"))
os.makedirs("sticky")
os.chmod("sticky", 0o1777)
os.makedirs("empty/" + "/".join("d%d" % i for i in range(20)))
put("first")
os.link("first", "second")
os.link("first", "sticky/third")
os.symlink("plain", "relative")
os.symlink("/nowhere/at/all", "absolute")
os.symlink("../" * 30 + "etc/passwd", "upwards")
os.mkfifo("fifo")
os.mknod("null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
os.mknod("loop", stat.S_IFBLK | 0o660, os.makedev(7, 0))
with open("sparse", "wb") as f:
    f.seek(5 << 20)
    f.write(b"end")
    f.truncate(9 << 20)
put("zeros", bytes(1 << 20))
os.utime("plain", ns=(1, 987654321_000000000))
os.utime("first", ns=(0, 0))
