// Usage: java -cp maven-artifact.jar:commons-lang3.jar Maven.java < lines. Orders by ComparableVersion, ranges by VersionRange.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

public class Maven {
    public static void main(String[] arguments) throws Exception {
        StringBuilder out = new StringBuilder();
        String version = ComparableVersion.class.getPackage().getImplementationVersion();
        out.append("maven-artifact " + version + " on Java " + System.getProperty("java.version") + "\n");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", -1);
            if (parts[0].equals("C")) {
                int order = new ComparableVersion(parts[1]).compareTo(new ComparableVersion(parts[2]));
                out.append(Integer.signum(order)).append('\n');
                continue;
            }
            try {
                VersionRange range = VersionRange.createFromVersionSpec(parts[1]);
                out.append(range.containsVersion(new DefaultArtifactVersion(parts[2])) ? "1\n" : "0\n");
            } catch (InvalidVersionSpecificationException refused) {
                out.append("x\n");
            }
        }
        System.out.print(out);
    }
}
