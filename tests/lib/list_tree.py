"""One line for each file of a tree, with all that an image keeps of it: kind, mode, owner, time, size, content, attributes,
links. Usage: list_tree.py FOLDER."""
import hashlib, os, stat, sys

root = os.fsencode(sys.argv[1])
inodes = {}
for folder, names, files in sorted(os.walk(root)):
    for name in [b"."] * (folder == root) + sorted(names + files):
        path = os.path.join(folder, name)
        st = os.lstat(path)
        kind = stat.S_IFMT(st.st_mode)
        line = [os.path.relpath(path, root), oct(st.st_mode), st.st_uid, st.st_gid]
        if kind != stat.S_IFDIR or folder != root or name != b".":
            line.append(st.st_mtime_ns)
        if kind == stat.S_IFREG:
            line += [st.st_size, hashlib.sha256(open(path, "rb").read()).hexdigest(), st.st_nlink,
                     inodes.setdefault(st.st_ino, os.path.relpath(path, root))]
        elif kind == stat.S_IFLNK:
            line.append(os.readlink(path))
        elif kind in (stat.S_IFCHR, stat.S_IFBLK):
            line.append(st.st_rdev)
        for key in sorted(os.listxattr(path, follow_symlinks=False)):
            if not key.startswith("trusted."):
                line += [key, os.getxattr(path, key, follow_symlinks=False)]
        print(line)
