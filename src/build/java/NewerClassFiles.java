import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/// Brings the class files of libraries to the version of Java 8, with what that asks for (stack
/// maps) and nothing else changed: Java cannot keep older ones in its cache for faster starts
/// (docs/adr/0012). A jar without older ones stays as it is.
///
/// usage: java NewerClassFiles.java JAR...
final class NewerClassFiles {
    private static final int JAVA_8 = 52;
    private static final String NOTICE = "META-INF/NOTICE-imapmirror";

    private NewerClassFiles() {}

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            update(Path.of(jar));
        }
    }

    private static void update(Path path) throws IOException {
        Path part = Path.of(path + ".part");
        boolean changed = false;
        URL[] classPath = {path.toUri().toURL()};
        try (JarFile jar = new JarFile(path.toFile());
                URLClassLoader loader =
                        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(part))) {
            ClassFile tool = tool(loader);
            for (JarEntry entry : Collections.list(jar.entries())) {
                byte[] octets = jar.getInputStream(entry).readAllBytes();
                byte[] newer = entry.getName().endsWith(".class") ? newer(tool, octets) : octets;
                changed |= newer != octets;
                put(out, entry.getName(), entry.getTime(), newer);
            }
            if (changed) {
                put(
                        out,
                        NOTICE,
                        0,
                        "The class files of this jar were brought to a newer version for imapmirror.\n"
                                .getBytes(StandardCharsets.US_ASCII));
            }
        }
        if (changed) {
            Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
        } else {
            Files.delete(part);
        }
    }

    private static ClassFile tool(ClassLoader loader) {
        // What is copied with its old table of constants would keep its old code too.
        return ClassFile.of(
                ClassFile.ConstantPoolSharingOption.NEW_POOL,
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
                ClassFile.ClassHierarchyResolverOption.of(
                        ClassHierarchyResolver.ofResourceParsing(loader).cached()));
    }

    private static byte[] newer(ClassFile tool, byte[] octets) {
        ClassModel old = tool.parse(octets);
        if (old.majorVersion() >= JAVA_8) {
            return octets;
        }
        ClassTransform version =
                (builder, element) -> {
                    if (element instanceof ClassFileVersion) {
                        builder.withVersion(JAVA_8, 0);
                    } else {
                        builder.with(element);
                    }
                };
        return tool.transformClass(
                old,
                version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }

    private static void put(JarOutputStream out, String name, long time, byte[] octets)
            throws IOException {
        JarEntry entry = new JarEntry(name);
        entry.setTime(time);
        out.putNextEntry(entry);
        out.write(octets);
        out.closeEntry();
    }
}
