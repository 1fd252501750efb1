import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.logging.LogManager;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/**
 * Judges PDF files by veraPDF profiles.
 *
 * <p>Usage: {@code VeraCheck PDFUA_1,PDFA_2_B file.pdf ...}. Writes one JSON object per file and profile on standard
 * output: whether it complies, how many checks were made, and each failed rule with its number of failures, message
 * and first place; or {@code "error"} when the file cannot be judged. Ends with 0 when all comply, 1 otherwise.
 */
public final class VeraCheck {
    private static final int MOST_FAILURES_PER_RULE = 1_000_000;

    private VeraCheck() {}

    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            System.err.println("usage: verapdf PROFILE[,PROFILE...] FILE...");
            System.exit(2);
        }
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        boolean allComply = true;
        for (int i = 1; i < arguments.length; i++) {
            for (String profile : arguments[0].split(",")) {
                allComply &= judge(new File(arguments[i]), profile);
            }
        }
        System.exit(allComply ? 0 : 1);
    }

    private static boolean judge(File file, String profile) {
        StringJoiner line = new StringJoiner(",", "{", "}");
        line.add("\"file\":" + quoted(file.getPath())).add("\"profile\":" + quoted(profile));
        boolean complies = false;
        try {
            PDFAFlavour flavour = PDFAFlavour.valueOf(profile);
            try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                    PDFAValidator validator = Foundries.defaultInstance()
                            .createValidator(flavour, MOST_FAILURES_PER_RULE, false, true, false)) {
                ValidationResult result = validator.validate(parser);
                complies = result.isCompliant();
                line.add("\"compliant\":" + complies);
                line.add("\"checks\":" + result.getTotalAssertions());
                line.add("\"failed\":" + failures(result));
            }
        } catch (Exception | StackOverflowError | OutOfMemoryError error) {
            complies = false;
            line.add("\"error\":" + quoted(error.toString()));
        }
        System.out.println(line);
        return complies;
    }

    private static String failures(ValidationResult result) {
        Map<RuleId, TestAssertion> firsts = new LinkedHashMap<>();
        for (TestAssertion assertion : result.getTestAssertions()) {
            firsts.putIfAbsent(assertion.getRuleId(), assertion);
        }
        StringJoiner list = new StringJoiner(",", "[", "]");
        for (Map.Entry<RuleId, Integer> rule : result.getFailedChecks().entrySet()) {
            TestAssertion first = firsts.get(rule.getKey());
            String message = first == null ? "" : first.getErrorMessage() != null ? first.getErrorMessage() : first.getMessage();
            String place = first == null || first.getLocation() == null ? "" : first.getLocation().getContext();
            list.add("{\"clause\":" + quoted(rule.getKey().getClause()) + ",\"test\":" + rule.getKey().getTestNumber()
                    + ",\"times\":" + rule.getValue() + ",\"message\":" + quoted(message) + ",\"place\":" + quoted(place) + "}");
        }
        return list.toString();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char character : (text == null ? "" : text).toCharArray()) {
            if (character == '"' || character == '\\') {
                out.append('\\').append(character);
            } else if (character < ' ') {
                out.append(' ');
            } else {
                out.append(character);
            }
        }
        return out.append('"').toString();
    }
}
